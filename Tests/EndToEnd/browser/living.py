"""How the page lives: refreshing, keys, languages and themes, and what it does when something is away."""

from __future__ import annotations

import json
import time
from random import Random

from relay import new_marker
from selenium.webdriver.common.keys import Keys
from stage import Stage, expect, scenario


@scenario
def refreshing(stage: Stage) -> None:
    with stage.browser(height=700) as page:
        page.sign_in(stage.config["auditor"])
        page.wait("charts", lambda: page.all("#traffic .bar-group"))
        page.run(
            "window.shift = 0; new PerformanceObserver(list => { for (const e of list.getEntries()) if (!e.hadRecentInput)"
            " window.shift += e.value; }).observe({ type: 'layout-shift' });"
            "window.kept = document.querySelector('#rows tr:nth-child(6)'); kept.querySelector('a').focus();")
        top = page.run("return kept.getBoundingClientRect().top")
        call = stage.relay.car()
        page.wait("the new call", lambda: page.ids and page.ids[0] == call["id"])
        assert page.run("return document.activeElement === kept.querySelector('a') && kept.isConnected"), "focus stays"
        assert abs(page.run("return kept.getBoundingClientRect().top") - top) < 2, "what is read stays where it is"
        assert page.run("return window.shift") < 0.1, "the layout shifts"
        assert "1 new" in page.text("#status")
        # An open call changes in place.
        marker = new_marker()
        stage.relay.order("hang", contains=marker)
        stage.signal("hang-" + marker)
        waiting = page.wait("an open call", lambda: page.run(
            "return [...document.querySelectorAll('#rows tr:has(.o-open)')].map(row => row.dataset.id)"))
        stage.relay.release()
        page.wait("it ends", lambda: "success" in page.text(f"#rows tr[data-id='{waiting[0]}'] .c-outcome"))
        # Not while it is switched off, and not below an open call.
        page.click("#refresh")
        page.collect()
        count = len(page.requested)
        call = stage.relay.car()
        time.sleep(6)
        page.collect()
        expect(len(page.requested), count, "nothing is asked for")
        page.click("#refresh")
        page.wait("on again", lambda: page.ids[0] == call["id"])
        page.check_quiet(400)


@scenario
def lexing(stage: Stage) -> None:
    """What is laid out as JSON is JSON by the browser's own parser, and all of it is shown, digit by digit."""
    random = Random(7)

    def value(depth: int) -> str:
        blank = random.choice(["", "", " ", "\n\t"])
        if depth < 4 and random.random() < 0.5:
            if random.random() < 0.5:
                return blank + "[" + ",".join(value(depth + 1) for _ in range(random.randrange(4))) + blank + "]"
            return "{" + ",".join(text() + blank + ":" + value(depth + 1) for _ in range(random.randrange(4))) + "}" + blank
        number = "".join(random.choices("0123456789", k=random.randrange(1, 25))).lstrip("0") or "0"
        return random.choice([text(), "true", "false", "null", number, "-" + number + ".50", number + "e+05", "0.0"])

    def text() -> str:
        inner = json.dumps({"id": 1, "text": ["<b>", "\u202e"]}) if random.random() < 0.2 else "".join(
            random.choices('ab{}[],:"\\\u4e2d\u202e\n\x00/<', k=random.randrange(8)))
        return json.dumps(inner, ensure_ascii=random.random() < 0.5)

    texts = ["", " ", "01", "1.", "-", '"', '"\\q"', '"\\u12"', "{,}", "[1,]", '{"a"}', '{"a":1,}', "[}", "1 2", "nul", "[" * 5000]
    texts += ["[" * 5000 + "]" * 5000, '"' + "\\n" * 500000 + '"', '["' + "x" * (1 << 20) + '"]', '{"a":"{\\\\q"}']
    for _ in range(1500):
        whole = value(0)
        at = random.randrange(len(whole) + 1)
        texts += [whole, whole[:at], whole[:at] + random.choice('{}[],:"0x') + whole[at:]]
    with stage.browser() as page:
        page.open("/console")
        wrong = page.run("""
            const wrong = [], pre = document.createElement("pre");
            for (const text of arguments[0]) {
              let isJSON = true;
              try { JSON.parse(text); } catch { isJSON = false; }
              const { tokens, isWhole } = jsonTokens(text);
              const bare = text => text.replace(/[ \\t\\r\\n]/g, "");
              const isKept = bare(tokens.map(token => token[1]).join("")) === bare(text);
              const wasShown = showJSON(pre, text);
              const isLaidOut = /^\\s*[{[]/.test(text);
              const digits = text => text.replace(/\\D/g, "");
              const lost = digits(pre.textContent).length < digits(text).length;
              if (isWhole !== isJSON || !isKept || lost || isLaidOut && wasShown !== isJSON || pre.textContent.includes("\\u202e"))
                wrong.push([text.slice(0, 200), isJSON, isWhole, isKept, wasShown, lost]);
            }
            return wrong.slice(0, 5);
        """, texts)
        expect(wrong, [], "read otherwise than JSON.parse")
        page.check_quiet()


@scenario
def keyboard(stage: Stage) -> None:
    with stage.browser() as page:
        page.open("/console")
        page.press(stage.config["auditor"], Keys.ENTER)
        page.wait("signed in", lambda: page.is_shown("#signout") and page.ids)
        page.settle()
        page.run("document.querySelector('.skip').focus()")
        assert page.run("return document.querySelector('.skip').getBoundingClientRect().left >= 0"), "the skip link shows"
        page.press(Keys.ENTER)
        expect(page.focused(), "main")
        page.press("j", "j", "j", "k")
        expect(page.focused(), page.ids[1], "the second row")
        page.press(Keys.ARROW_DOWN)
        wanted = page.ids[2]
        expect(page.focused(), wanted, "the third row")
        outline = page.run("return getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", "the focus is seen"
        page.press(Keys.ENTER)
        page.wait("the call", lambda: page.text("#call-id") == wanted)
        expect(page.focused(), "detail-title")
        page.press(Keys.ESCAPE)
        page.wait("the list", lambda: page.is_shown("#calls"))
        expect(page.focused(), wanted, "the focus is where it was")
        page.press("/")
        expect(page.focused(), "wanted")
        page.press("DN-003", Keys.ENTER)
        page.wait("a choice", lambda: page.is_shown("#offers"))
        page.press(Keys.ENTER)
        page.wait("the document's call", lambda: len(page.ids) == 1)
        page.check_quiet(400)


@scenario
def looks(stage: Stage) -> None:
    """Both languages, both themes, four widths: readable everywhere."""
    folder = stage.config["folder"]
    marker = new_marker()
    stage.relay.order("error", code=15, sub_code="isv." + "very-long-" * 12 + "code", sub_msg="长" * 400, contains=marker)
    call = stage.relay.car(marker, refs="DN-" + "9" * 120, headers={"X-Request-Id": "r" * 200})
    for language, theme in (("en-US", "light"), ("zh-CN", "dark")):
        with stage.browser(language=language) as page:
            page.sign_in(stage.config["auditor"], f"/console?theme={theme}")
            expect(page.run("return document.documentElement.lang"), "zh-CN" if language == "zh-CN" else "en")
            title = page.text("#calls-title")
            expect(title, "调用" if language == "zh-CN" else "Calls")
            for width in (1280, 1000, 768, 360):
                page.resize(width, 800)
                for view in ("", "&view=failures", "&view=refusals", "&id=" + call["id"], "&outcome=unknown&settled=none"):
                    page.run("history.pushState(null, '', arguments[0]); dispatchEvent(new Event('popstate'))", f"?theme={theme}{view}")
                    page.settle()
                    page.wait("siblings", lambda: "id=" not in view or page.all("[data-siblings] :is(.open, p)"))
                    page.check_readable()
                    page.screenshot(f"{folder}/{theme}-{width}-{view.strip('&').split('=')[-1][:8] or 'list'}.png")
            # The switches stand in the address.
            page.run("history.pushState(null, '', '?'); dispatchEvent(new Event('popstate'))")
            page.resize(1280, 800)
            page.click("#language")
            page.settle()
            expect(page.text("#calls-title"), "Calls" if language == "zh-CN" else "调用")
            expect(page.query["lang"], "en" if language == "zh-CN" else "zh")
            ground = page.run("return getComputedStyle(document.body).backgroundColor")
            page.click("#theme")
            assert page.run("return getComputedStyle(document.body).backgroundColor") != ground, "the theme changes"
            expect(page.query["theme"], "dark")
            page.click("[data-question=slowCalls]")
            assert page.query["lang"] and page.query["theme"] == "dark", "both stay on the way"
            page.check_quiet(400)


@scenario
def faults(stage: Stage) -> None:
    """The network, the database and the token go away; what is shown stays."""
    with stage.browser() as page:
        page.sign_in(stage.config["leaving"])
        shown = page.ids
        page.command("Network.enable")
        page.command("Network.emulateNetworkConditions", offline=True, latency=0, downloadThroughput=0, uploadThroughput=0)
        page.wait("no network", lambda: "cannot be reached" in page.text("#banner") and page.is_shown("#banner"))
        expect(page.ids, shown, "the page keeps its data")
        page.command("Network.emulateNetworkConditions", offline=False, latency=0, downloadThroughput=-1, uploadThroughput=-1)
        page.wait("the network is back", lambda: not page.is_shown("#banner"))
        stage.signal("stop-database")
        page.wait("no database", lambda: "cannot be read now" in page.text("#banner") and page.is_shown("#banner"))
        expect(page.ids, shown, "the page keeps its data")
        stage.signal("start-database")
        page.wait("the database is back", lambda: not page.is_shown("#banner"))
        stage.signal("revoke-token")
        page.wait("signed out", lambda: page.is_shown("#signin"))
        assert "no longer accepted" in page.text("#signin-fault") and page.ids == []
        page.type("#token", stage.config["auditor"] + Keys.ENTER)
        page.wait("signed in again", lambda: page.ids == shown)
        page.check_quiet(0, 400, 401, 503)
