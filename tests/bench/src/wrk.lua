-- Sends the requests of a pool in turn, each with an idempotency key that was never sent before.
-- Arguments: the pool's file; a text that begins every key of this run.
-- The pool: per request a line "<bytes before the key> <bytes after it>", and those bytes.

local threads = 0

function setup(thread)
   thread:set("number", threads)
   threads = threads + 1
   thread:set("threads", threads)
end

function init(args)
   heads, tails, prefix, sent = {}, {}, args[2] .. "-" .. number .. "-", 0
   local pool = assert(io.open(args[1], "rb"))
   while true do
      local line = pool:read("*l")
      if not line then break end
      local head, tail = line:match("^(%d+) (%d+)$")
      heads[#heads + 1] = pool:read(tonumber(head))
      tails[#tails + 1] = tonumber(tail) > 0 and pool:read(tonumber(tail)) or ""
   end
   pool:close()
   -- Threads begin at different places, so that they don't meet at one case.
   at = math.floor(#heads * number / 2)
end

function request()
   at = at % #heads + 1
   sent = sent + 1
   if tails[at] == "" then return heads[at] end
   return heads[at] .. prefix .. sent .. tails[at]
end

function done(summary, latency, requests)
   io.write(string.format(
      '{"requests":%d,"microseconds":%d,"p50":%.0f,"p99":%.0f,"max":%.0f,"refused":%d,"broken":%d}\n',
      summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), latency.max,
      summary.errors.status,
      summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
end
