// What the browser tests stand on: the real service as a process, Debian's Chromium, and a list of checks.

import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import axe from "axe-core";
import { chromium } from "playwright-core";

const BROWSERS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];
// WCAG 2.2 AA, and what axe's makers hold to besides.
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

export const folder = mkdtempSync(join(tmpdir(), "caseledger-browser-"));
const ending = [];

/** Undoes everything, in the reverse order. */
export async function end() {
    for (const undo of ending.reverse()) await undo();
    rmSync(folder, { recursive: true, force: true });
}

/** Starts the service, and gives its address once it says where it serves. */
export async function serve(binary, args, said) {
    const listen = ["--listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0", "--log-format", "json"];
    const child = spawn(binary, [...args, ...listen], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
    ending.push(() => new Promise((done) => {
        if (child.exitCode !== null) return done();
        child.once("exit", done);
        child.kill("SIGTERM");
    }));
    return await new Promise((found, failed) => {
        let text = "";
        const hear = (piece) => {
            text += piece;
            const where = text.match(said);
            if (where) found(where[1].startsWith("http") ? where[1] : `http://${where[1]}`);
        };
        child.stdout.on("data", hear);
        child.stderr.on("data", hear);
        child.once("exit", (code) => failed(new Error(`the service ended with ${code}:\n${text}`)));
        child.once("error", failed);
    });
}

/** Runs the binary to its end. */
export function run(binary, args) {
    const ended = spawnSync(binary, args, { cwd: folder, encoding: "utf8" });
    if (ended.status !== 0) throw new Error(`${args.join(" ")} ended with ${ended.status}:\n${ended.stderr}`);
}

/** Starts the browser, with a fresh profile. */
export async function open() {
    const executablePath = process.env.CHROMIUM ?? BROWSERS.find((path) => existsSync(path));
    if (!executablePath) throw new Error("there is no Chromium here: tests/setup installs it");
    const browser = await chromium.launch({ executablePath, headless: true, args: FLAGS });
    ending.push(() => browser.close());
    return browser;
}

/** A browser window in which everything that should not happen is written down. */
export async function window(browser, base, options = {}) {
    const context = await browser.newContext({ baseURL: base, locale: "en-GB", ...options });
    const page = await context.newPage();
    const noted = [];
    // A page that answers 404 or 403 as it should is logged by the browser as an error of its own.
    page.on("console", (message) => {
        const expected = /the server responded with a status of (400|403|404)/.test(message.text());
        if (["error", "warning"].includes(message.type()) && !expected) noted.push(`console: ${message.text()}`);
    });
    page.on("pageerror", (error) => noted.push(`script: ${error.message}`));
    page.on("request", (request) => {
        const url = new URL(request.url());
        if (url.protocol !== "data:" && url.origin !== new URL(base).origin) noted.push(`stranger: ${url.origin}`);
    });
    await page.addInitScript(() => {
        document.addEventListener("securitypolicyviolation", (event) =>
            console.error(`content security policy: ${event.violatedDirective} ${event.blockedURI}`));
    });
    return { context, page, noted: () => noted.splice(0) };
}

export async function signIn(page, persona, to = "/reports") {
    await page.goto(`/sign-in?to=${encodeURIComponent(to)}`);
    await page.check(`input[value="${persona}"]`);
    await page.click('button:has-text("Sign in")');
    await page.waitForURL((url) => !url.pathname.startsWith("/sign-in"));
}

/** What axe finds wrong with the page, in a line each. */
export async function faults(page) {
    // Evaluated by the debugger, so that the content security policy stays as it is.
    await page.evaluate(axe.source);
    const { violations } = await page.evaluate(
        (rules) => globalThis.axe.run(document, {
            runOnly: { type: "tag", values: rules },
            // A page that is a file may not ask for its own style sheet again, which axe would like to read.
            preload: location.protocol !== "file:",
        }), RULES);
    return violations.flatMap(({ id, help, nodes }) =>
        nodes.map((node) => `${id} (${help}): ${node.target.join(" ")} ${node.failureSummary?.replace(/\s+/g, " ") ?? ""}`));
}

const results = [];

/** A check with a name. It fails by throwing. */
export async function check(name, run) {
    try {
        await run();
        results.push(true);
        console.log(`ok   ${name}`);
    } catch (error) {
        results.push(false);
        console.log(`FAIL ${name}\n     ${String(error.message ?? error).replaceAll("\n", "\n     ")}`);
    }
}

/** Says how it went; the process fails with any check. */
export function conclude() {
    const passed = results.filter(Boolean).length;
    console.log(`browser: ${passed} passed, ${results.length - passed} failed`);
    process.exitCode = passed === results.length && passed > 0 ? 0 : 1;
}
