// The pages of the real service in a real browser. `node browser.mjs BINARY [SCREENSHOTS]`
//
// Every page is looked at wide and narrow: axe finds nothing, nothing is logged as an error, no other host is asked, and
// nothing is wider than the window. Then: by keyboard, without script, on paper, and what must not be possible.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { check, conclude, end, faults, folder, open, run, serve, signIn, window } from "./harness.mjs";

const [binary, screenshots] = process.argv.slice(2);
if (!binary) throw new Error("usage: node browser.mjs BINARY [SCREENSHOTS]");
if (screenshots) mkdirSync(screenshots, { recursive: true });

const YEAR = "from=2017-01-01&to=2017-12-31";

const WIDE = [1280, 900];
const NARROW = [320, 640];

/** Looks at a page in both widths. */
async function look(name, shown, path, status = 200, sizes = [WIDE, NARROW]) {
    for (const [width, height] of sizes) {
        await check(`${name}, ${width} wide`, async () => {
            const { page } = shown;
            await page.setViewportSize({ width, height });
            const answer = await page.goto(path);
            // A file has no status.
            if (status) assert.equal(answer.status(), status);
            assert.equal(await page.locator("h1").count(), 1, "a page has one heading of the first level");
            assert.match(await page.title(), /\S – \S/);
            if (screenshots) {
                await page.screenshot({ path: join(screenshots, `${name.replace(/\W+/g, "-")}-${width}.png`), fullPage: true });
            }
            assert.deepEqual(await faults(page), []);
            const [wide, seen] = await page.evaluate(() => [document.scrollingElement.scrollWidth, innerWidth]);
            assert.ok(wide <= seen, `the page is ${wide} wide in a window of ${seen}`);
            assert.deepEqual(shown.noted(), []);
        });
    }
}

async function pages(shown) {
    const { page } = shown;
    await look("index", shown, `/reports?${YEAR}`);
    const measures = await page.locator(".app-figure h3 a").evaluateAll((links) => links.map((link) => link.getAttribute("href")));
    await check("the index leads to every measure", async () => assert.ok(measures.length >= 2, `${measures.length} measures`));
    // A group's measures are laid out alike: the first is looked at in both widths, the others in one.
    const firsts = await page.locator(".app-figures").evaluateAll((lists) => lists.map((list) => list.querySelector("h3 a").getAttribute("href")));
    for (const href of measures) {
        await look(`measure ${href.split(/[/?]/)[2]}`, shown, href, 200, firsts.includes(href) ? [WIDE, NARROW] : [WIDE]);
    }
    await look("measure of one locality", shown, `/reports/open-cases?${YEAR}&locality=Harbour`);
    await look("measure with mistakes", shown, "/reports/open-cases?from=soon&to=1/1/2099&team=nobody");
    await look("measure before there was anything", shown, "/reports/partner-led?from=1999-01-01&to=1999-12-31");
    await look("cases behind", shown, `/reports/open-cases/cases?${YEAR}`);
    await look("cases out of which", shown, `/reports/partner-led/cases?${YEAR}&side=denominator`);
    await check("the cases behind a figure have a second page", async () => {
        await page.goto(`/reports/open-cases/cases?${YEAR}`);
        const first = await page.locator("tbody th").first().innerText();
        await page.click('a[rel="next"]');
        assert.notEqual(await page.locator("tbody th").first().innerText(), first);
        assert.ok(await page.locator("tbody tr").count() > 0);
    });
    await page.goto(`/reports/open-cases/cases?${YEAR}`);
    const chain = await page.locator("tbody th a").first().getAttribute("href");
    await look("case", shown, chain);
    // Meetings and audits have no page of their own: their figures lead to the events themselves.
    await page.goto(`/reports/panel-attendance/cases?${YEAR}`);
    await look("events behind", shown, await page.locator("tbody td a").last().getAttribute("href"));
    await look("not there", shown, "/reports/moonlight", 404);
    await look("no such page", shown, "/nowhere/at/all", 404);
}

async function figures({ page }) {
    await check("the letter's figures are on the index", async () => {
        await page.goto(`/reports?from=2017-04-01&to=2017-12-31`);
        const headline = await page.locator(".app-headline").innerText();
        assert.match(headline, /^646 families .* at the end of December 2017, up from 252 at the end of April; 15% of plans/);
    });
    await check("a chart and the table beside it say the same as the API", async () => {
        await page.goto(`/reports/open-cases?${YEAR}`);
        const rows = await page.locator('[aria-label="Figures over time"] tbody tr').allInnerTexts();
        assert.match(rows.at(-1), /December 2017\s+646/);
        const drawn = await page.locator("#open-cases-over-time-title").count();
        assert.equal(drawn, 1);
        const json = await page.locator('a:has-text("as JSON")').getAttribute("href");
        const answer = await page.request.get(json);
        assert.equal(answer.status(), 200);
        assert.equal((await answer.json()).value, 646);
        const csv = await page.request.get(await page.locator('a:has-text("as CSV")').getAttribute("href"));
        assert.equal(csv.status(), 200);
        assert.match(await csv.text(), /^measure,.*\r\nopen-cases,,2017-12-31,,,,646,646,,cases,,false\r\n/);
        const workbook = await page.request.get(await page.locator('a:has-text("as a workbook")').getAttribute("href"));
        assert.equal(workbook.status(), 200);
        assert.match(workbook.headers()["content-type"], /spreadsheetml/);
    });
    await check("a figure leads to a case and to the events by which it counts", async () => {
        await page.goto(`/reports/open-cases?${YEAR}`);
        await page.click('a:has-text("The cases behind this figure")');
        const row = page.locator("tbody tr").first();
        const positions = (await row.locator("td").last().innerText()).split(", ");
        await row.locator("a[href^='/cases/']").click();
        for (const position of positions) {
            const counted = page.locator(`#event-${position}.app-entry--counts`);
            assert.equal(await counted.count(), 1, `event ${position} is marked`);
        }
    });
}

async function keyboard({ page }) {
    await check("the first key leads past the navigation", async () => {
        await page.setViewportSize({ width: 1280, height: 900 });
        await page.goto(`/reports?${YEAR}`);
        await page.keyboard.press("Tab");
        assert.equal(await page.evaluate(() => document.activeElement.className), "govuk-skip-link");
        const box = await page.locator(".govuk-skip-link").boundingBox();
        assert.ok(box.width > 50 && box.height > 10, "the link is seen while it has the focus");
        await page.keyboard.press("Enter");
        assert.equal(await page.evaluate(() => document.activeElement.id), "main-content");
    });
    await check("a report is narrowed with the keyboard alone", async () => {
        await page.goto("/reports/open-cases");
        const reach = async (selector) => {
            for (let steps = 0; steps < 60; steps += 1) {
                await page.keyboard.press("Tab");
                if (await page.evaluate((wanted) => document.activeElement.matches(wanted), selector)) return;
            }
            throw new Error(`${selector} can't be reached`);
        };
        await reach("summary");
        await page.keyboard.press("Enter");
        await reach("#from");
        await page.keyboard.type("1/4/2017");
        await reach("#to");
        await page.keyboard.type("31 December 2017");
        await page.keyboard.press("Enter");
        await page.waitForURL(/to=31/);
        assert.match(await page.locator(".app-headline").innerText(), /^646 families/);
    });
    await check("what has the focus is seen to have it", async () => {
        await page.goto("/reports/open-cases");
        for (let steps = 0; steps < 25; steps += 1) {
            await page.keyboard.press("Tab");
            const seen = await page.evaluate(() => {
                const active = document.activeElement;
                if (active === document.body) return true;
                const style = getComputedStyle(active);
                const inner = active.matches("summary") ? getComputedStyle(active.firstElementChild) : style;
                return [style, inner].some((one) => one.outlineStyle !== "none" || one.boxShadow !== "none" || one.backgroundColor === "rgb(255, 221, 0)");
            });
            assert.ok(seen, await page.evaluate(() => document.activeElement.outerHTML.slice(0, 120)));
        }
    });
}

async function others(browser, base) {
    await check("without script everything is there, and signing in and out works", async () => {
        const { page, context } = await window(browser, base, { javaScriptEnabled: false });
        await page.goto("/reports/open-cases");
        assert.match(page.url(), /\/sign-in\?to=/);
        await page.click('button:has-text("Sign in")');
        assert.match(await page.locator(".govuk-error-summary").innerText(), /Select whom to be/);
        await page.check('input[value="analyst"]');
        await page.click('button:has-text("Sign in")');
        assert.match(page.url(), /\/reports\/open-cases$/);
        assert.equal(await page.locator("svg[role=img]").count() > 0, true);
        await page.click('button:has-text("Sign out")');
        await page.goto("/reports");
        assert.match(page.url(), /\/sign-in/);
        await context.close();
    });
    await check("the session is out of reach for scripts and other sites' forms", async () => {
        const { page, context } = await window(browser, base);
        await signIn(page, "analyst");
        const [cookie] = await context.cookies();
        assert.deepEqual([cookie.httpOnly, cookie.sameSite], [true, "Lax"]);
        assert.equal(await page.evaluate(() => document.cookie), "");
        for (const path of ["/sign-in", "/sign-out"]) {
            const forged = await page.request.post(path, { form: { persona: "inspector" }, headers: { origin: "https://elsewhere.example" } });
            assert.equal(forged.status(), 403, path);
        }
        await context.close();
    });
    const analyst = await window(browser, base);
    await signIn(analyst.page, "analyst");
    await look("forbidden", analyst, "/reports/open-cases/cases", 403);
    await check("an analyst is not shown the way to cases", async () => {
        await analyst.page.goto(`/reports/open-cases?${YEAR}`);
        assert.equal(await analyst.page.locator('a:has-text("The cases behind")').count(), 0);
    });
    const referrer = await window(browser, base);
    await signIn(referrer.page, "school-referrer");
    await look("forbidden reports", referrer, "/reports", 403);
}

async function paper({ page }) {
    await check("on paper a measure is its finding, its chart and its table", async () => {
        await page.goto(`/reports/open-cases?${YEAR}`);
        await page.emulateMedia({ media: "print" });
        for (const hidden of [".govuk-service-navigation", ".app-session", ".govuk-breadcrumbs", ".govuk-details"]) {
            assert.equal(await page.locator(hidden).first().isVisible(), false, hidden);
        }
        for (const seen of [".app-headline", "svg[role=img] >> nth=0", "table >> nth=0"]) {
            assert.equal(await page.locator(seen).first().isVisible(), true, seen);
        }
        const sheets = await page.pdf({ format: "A4", printBackground: false, path: screenshots ? join(screenshots, "measure.pdf") : undefined });
        assert.ok(sheets.length > 10_000);
        await page.emulateMedia({ media: null });
    });
}

/** The pack, opened from its folder: no service, nothing from elsewhere, and the way from its first page to a figure. */
async function packed(browser, store) {
    const made = join(folder, "pack");
    const asked = ["--from", "2017-10-01", "--to", "2017-12-31", "--store", store];
    run(binary, ["pack", ...asked, "--out", made, "--zip"]);
    run(binary, ["pack", ...asked, "--out", join(folder, "board"), "--for", "board"]);
    const shown = await window(browser, "file:///");
    const { page } = shown;
    const at = (path, of = made) => `file://${join(of, path)}`;
    await look("pack index", shown, at("index.html"), null);
    for (const measure of ["open-cases", "partner-led", "assessments-hear-every-child"]) {
        await look(`pack measure ${measure}`, shown, at(`measures/${measure}.html`), null);
    }
    for (const other of ["audits", "quality", "definitions"]) await look(`pack ${other}`, shown, at(`${other}.html`), null);
    await look("board index", shown, at("index.html", join(folder, "board")), null);
    await look("board audits", shown, at("audits.html", join(folder, "board")), null);
    await check("the pack is read from its first page", async () => {
        await page.goto(at("index.html"));
        assert.match(await page.locator(".app-headline").first().innerText(), /^646 families .* at the end of December 2017/);
        await page.click('.app-figure h3 a >> nth=0');
        assert.match(await page.locator("h1").innerText(), /\S/);
        assert.ok(await page.locator("svg[role=img]").first().isVisible());
        await page.click('.govuk-breadcrumbs a:has-text("First page")');
        assert.match(page.url(), /pack\/index\.html$/);
        assert.deepEqual(shown.noted(), []);
    });
    await check("on paper the pack has its findings, charts and tables", async () => {
        for (const path of ["index.html", "measures/open-cases.html", "audits.html"]) {
            await page.goto(at(path));
            await page.emulateMedia({ media: "print" });
            assert.equal(await page.locator(".app-headline").first().isVisible(), true);
            const name = `pack-${path.replace(/\W+/g, "-")}.pdf`;
            const sheets = await page.pdf({ format: "A4", printBackground: false, path: screenshots ? join(screenshots, name) : undefined });
            assert.ok(sheets.length > 10_000);
            await page.emulateMedia({ media: null });
        }
    });
}

try {
    const store = `sqlite:${join(folder, "demonstration.sqlite")}`;
    const [browser, base, bare] = await Promise.all([
        open(),
        serve(binary, ["demo", "--store", store], /is served at (http:\/\/[0-9.:]+)/),
        serve(binary, ["serve", "--demo-issuer", "--store", "sqlite:empty.sqlite"], /"message":"serving","address":"([0-9.:]+)"/),
    ]);
    const inspector = await window(browser, base);
    await look("sign-in", inspector, "/sign-in");
    await signIn(inspector.page, "inspector");
    await check("the pages have the style sheet of the build", async () => {
        const style = await inspector.page.locator("link[rel=stylesheet]").getAttribute("href");
        const answer = await inspector.page.request.get(style);
        assert.match(answer.headers()["cache-control"], /immutable/);
        assert.match(await answer.text(), /\.govuk-table/);
    });
    await pages(inspector);
    await figures(inspector);
    await keyboard(inspector);
    await paper(inspector);
    await others(browser, base);
    await packed(browser, store);

    const fresh = await window(browser, bare);
    await signIn(fresh.page, "team-manager");
    await look("index of an empty record", fresh, "/reports");
    await look("measure of an empty record", fresh, "/reports/open-cases");
    await look("cases of an empty record", fresh, "/reports/open-cases/cases");
} finally {
    await end();
}
conclude();
