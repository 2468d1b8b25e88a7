"""What readers find: the list and its charts, one call, its notes and siblings, the usual questions."""

from __future__ import annotations

import json

from relay import CAR_METHOD, RENTAL_METHOD, new_marker
from selenium.webdriver.common.keys import Keys
from stage import Stage, expect, scenario

HOSTILE = "<script>window.pwned=1</script><img src=x onerror=window.pwned=2>\"'&amp;\u202e\u05d0\u05d1 "


@scenario
def fill(stage: Stage) -> None:
    """130 calls of all kinds, before the other scenarios."""
    relay = stage.relay
    relay.order("error", code=15, sub_code="isv.item-not-exist", sub_msg="宝贝不存在", method=RENTAL_METHOD, count=4)
    relay.order("error", code=40, sub_code="isv.missing-parameter:acid", method=CAR_METHOD, count=2)
    for index in range(60):
        relay.rental(refs=f"DN-{index:03d}")
        relay.car()
    for _ in range(8):
        relay.address()
    relay.order("latency", method=RENTAL_METHOD, ms=1200)
    relay.rental()
    expect(len(relay.audit("/v1/audit/calls?limit=1000")["data"]), 129, "calls made")


@scenario
def signing_in(stage: Stage) -> None:
    with stage.browser() as page:
        page.open("/console?outcome=success")
        expect(page.focused(), "token")
        assert not page.is_shown("#calls") and not page.is_shown("#search") and not page.is_shown("#questions")
        page.check_readable()
        for wrong in ("trk_0123456789abcd_" + "x" * 43, "no token", "令牌", "<script>"):
            page.type("#token", wrong + Keys.ENTER)
            page.wait("a wrong token is refused", lambda: "not known" in page.text("#signin-fault"))
            page.run("document.querySelector('#signin-fault').textContent = ''")
            assert not page.is_shown("#calls")
        page.type("#token", stage.config["caller"] + Keys.ENTER)
        page.wait("a scope is missing", lambda: "audit:read" in page.text("#signin-fault"))
        page.type("#token", stage.config["auditor"] + Keys.ENTER)
        page.wait("signed in", lambda: page.is_shown("#calls") and len(page.ids) > 0)
        expect(page.query, {"outcome": "success"}, "the place is kept")
        page.check_quiet(400, 401, 403)
        page.click("[data-question=slowCalls]")
        page.settle()
        page.click("#signout")
        assert page.is_shown("#signin") and page.ids == [], "signing out forgets what was shown"
        expect(page.text("#call-id") + page.text("#legend"), "", "nothing is left")
        page.back()
        assert page.is_shown("#signin"), "going back does not sign in"
        page.sign_in(stage.config["auditor"])
        page.driver.refresh()
        assert page.is_shown("#signin"), "a reload signs out"
        page.check_quiet(400, 401, 403)


@scenario
def listing(stage: Stage) -> None:
    with stage.browser() as page:
        page.sign_in(stage.config["auditor"])
        truth = [call["id"] for call in stage.relay.audit("/v1/audit/calls?limit=1000")["data"]]
        expect(page.ids, truth[:50], "the newest first")
        # Three pages there and back.
        page.click("#next")
        page.wait("the second page", lambda: page.ids == truth[50:100])
        second = page.query["cursor"]
        page.click("#next")
        page.wait("the third page", lambda: page.ids == truth[100:150])
        assert not page.is_shown("#next")
        page.click("#prev")
        page.wait("the second page again", lambda: page.ids == truth[50:100])
        page.back()
        page.wait("back", lambda: page.ids == truth[100:150])
        page.back()
        page.wait("back", lambda: page.ids == truth[50:100])
        expect(page.query["cursor"], second)
        page.driver.forward()
        page.wait("forward", lambda: page.ids == truth[100:150])
        page.click("#first")
        page.wait("the first page", lambda: page.ids == truth[:50] and not page.is_shown("#first"))
        # Filters are the API's, by name, in the form and in the address.
        page.click("#more summary")
        names = set(page.run("return [...document.querySelector('#filters').elements].map(e => e.name).filter(Boolean)"))
        expect(names, {
            "from", "to", "method", "app", "seller", "caller", "outcome", "status", "code", "sub_code", "top_request_id",
            "client_request_id", "trace_id", "min_duration_ms", "key", "ref", "order", "sibling_of", "settled"}, "filters")
        page.type("#filters [name=method]", "alitrip.*")
        page.run("document.querySelector('#filters [name=outcome]').value = 'rejected'")
        page.click("#filters [type=submit]")
        page.wait("four calls", lambda: len(page.ids) == 4)
        expect(page.query, {"range": "24h", "method": "alitrip.*", "outcome": "rejected"})
        expect(len(page.all("#chips li")), 2, "chips")
        page.click("#chips li:nth-child(2) a")
        page.wait("one filter less", lambda: len(page.ids) == 50)
        expect(page.query, {"range": "24h", "method": "alitrip.*"})
        page.back()
        page.wait("the filter is back", lambda: len(page.ids) == 4)
        expect(page.run("return document.querySelector('#filters [name=method]').value"), "alitrip.*")
        # A link leads another reader to the same place.
        shared = page.driver.current_url
        page.sign_in(stage.config["auditor"], shared[len(page.origin):])
        expect(len(page.ids), 4, "the shared link")
        page.type("#wanted", "DN-007" + Keys.ENTER)
        page.click("#offers [data-offer=ref]")
        page.wait("by document", lambda: len(page.ids) == 1)
        expect(page.query, {"ref": "DN-007"})
        # Nothing found, a malformed filter, a stretch of one's own.
        page.sign_in(stage.config["auditor"], "/console?method=nothing.*")
        assert page.is_shown("#empty") and not page.is_shown("#list")
        page.sign_in(stage.config["auditor"], "/console?key=without-a-value")
        page.wait("the fault is told", lambda: "NAME:VALUE" in page.text("#banner"))
        page.sign_in(stage.config["auditor"], "/console?from=2001-01-01T00:00:00Z&to=2002-01-01T00:00:00Z")
        expect(page.ids, [], "a stretch long ago")
        page.check_quiet(400)


@scenario
def charts(stage: Stage) -> None:
    with stage.browser() as page:
        page.sign_in(stage.config["auditor"], "/console?range=1h")
        page.wait("bars", lambda: page.all("#traffic .bar-group"))
        rows = stage.relay.audit("/v1/audit/calls?limit=1000")["data"]
        expect(sum(int(text.replace(",", "")) for text in page.texts("#legend b")), len(rows), "calls in the chart")
        assert page.all("#durations path.q-p95")
        label = page.one("#traffic svg").get_attribute("aria-label") or ""
        assert f"{len(rows)} calls" in label, label
        # One outcome of the legend, and then the time of one bar.
        page.click("#legend a.o-rejected")
        page.wait("rejected calls", lambda: set(page.texts("#rows .c-outcome")) == {"rejected"})
        page.back()
        page.run("document.querySelector('#traffic .bar-group:last-of-type').dispatchEvent(new MouseEvent('click'))")
        page.wait("an own stretch", lambda: {"from", "to"} <= page.query.keys())
        page.settle()
        assert page.ids, "calls of that bar"
        page.click("#time [data-range='7d']")
        page.wait("seven days", lambda: page.query.get("range") == "7d" and page.all("#traffic .bar-group"))
        page.click("#time [data-range=all]")
        page.wait("no chart without a beginning", lambda: not page.is_shown("#charts"))
        page.check_quiet(400)


@scenario
def details(stage: Stage) -> None:
    relay = stage.relay
    marker, number = new_marker(), "9007199254740993123"
    mapping = {"entry": [{"channel_profile_id": "1", "car_profile_id": int(number)}]}
    inner = {"data": {"id_mapping": mapping}, "is_success": True, "errmsg": HOSTILE, "request_id": "$request_id"}
    relay.order("custom", contains=marker, body=json.dumps({"tmall_aliauto_carprofile_sync_response": inner}))
    document = "<b>" + "单" * 30 + "\"'\u202e"
    call = relay.car(marker, acid=int(number), refs=f"{document},{marker}-ref")
    sibling = relay.car(marker)
    other = relay.rental(refs=f"{marker}-ref")
    with stage.browser() as page:
        page.sign_in(stage.config["auditor"], "/console?id=" + call["id"])
        page.wait("the answer", lambda: page.text("#text-response"))
        for shown in (page.text("#text-request"), page.text("#text-response")):
            assert number in shown, f"digits are lost: {shown}"
        assert '\n    "acid": ' + number in page.text("#text-request"), "a text that holds JSON is laid open"
        assert "<script>window.pwned=1</script>" in page.text("#text-response"), "shown as the text that it is"
        assert "\u202e" not in page.text("main"), "no text turns around"
        assert "\\u202e" in page.text("[data-fact=refs]"), page.text("[data-fact=refs]")
        expect(page.run("return window.pwned ?? null"), None, "nothing of it ran")
        expect(len(page.all("main img, main script, main iframe")), 0, "nothing became markup")
        expect([e.get_attribute("data-event") for e in page.all(".events li")],
               ["received", "durable", "sent", "answered", "recorded"], "timeline")
        # A call that TOP never answered.
        lost = f"{marker}-lost"
        relay.order("cut", contains=lost)
        relay.car(lost, refs=lost)
        silent = relay.audit(f"/v1/audit/calls?ref={lost}")["data"][0]["id"]
        relay.ask("POST", f"/v1/audit/calls/{silent}/notes", {"text": "Asked.", "settles": "done"}, token=relay.auditor)
        page.run(f"go('/console?id={silent}')")
        page.wait("the silent call", lambda: page.text("#call-id") == silent)
        expect([e.get_attribute("data-event") for e in page.all(".events li")],
               ["received", "durable", "sent", "noResponse", "recorded"], "timeline without an answer")
        assert "connection lost after the request was sent" in page.text(".events [data-event=noResponse]")
        assert "curl-" not in page.text("main"), page.text("main")
        page.run(f"go('/console?id={call['id']}')")
        page.wait("the call again", lambda: page.text("#call-id") == call["id"])
        page.click("section.recorded:nth-of-type(2) .tools button")
        assert page.text("#text-response").startswith('{"tmall'), "as recorded"
        # Other calls of the same thing, and of the same document.
        page.wait("a sibling by key", lambda: page.all("[data-siblings=sibling_of] a.open"))
        assert sibling["id"] in (page.one("[data-siblings=sibling_of] a.open").get_attribute("href") or "")
        page.wait("a sibling by document", lambda: page.all("[data-siblings=ref] a.open"))
        links = [e.get_attribute("href") or "" for e in page.all("[data-siblings=ref] a.open")]
        assert len(links) == 1 and other["id"] in links[0], links
        page.click("[data-siblings=sibling_of] .all")
        page.wait("the siblings as a list", lambda: page.ids == [sibling["id"]])
        expect(page.query, {"sibling_of": call["id"]})
        # A call that there is not.
        page.sign_in(stage.config["auditor"], "/console?id=01900000-0000-7000-8000-000000000000")
        page.wait("not found", lambda: "no such call" in page.text("#banner"))
        page.check_quiet(400, 404)


@scenario
def settling(stage: Stage) -> None:
    relay = stage.relay
    marker = new_marker()
    relay.order("empty", contains=marker)
    call = relay.car(marker)
    expect(call["outcome"], "unknown")
    with stage.browser() as page:
        page.sign_in(stage.config["auditor"])
        page.click("[data-question=unknownCalls]")
        page.wait("the unknown call", lambda: page.ids == [call["id"]])
        page.click("#rows a.open")
        page.wait("the call", lambda: page.is_shown("#note-form"))
        assert page.is_shown(".hint"), "what is to be done"
        page.click("#note-form button[type=submit]")
        expect(page.all(".notes li"), [], "an empty note is none")
        page.type("#note-text", "问过了：" + HOSTILE.replace("\u202e", ""))
        page.click("#note-form [value=not_done]")
        page.click("#note-form button[type=submit]")
        page.wait("the note", lambda: len(page.all(".notes li")) == 1)
        assert "auditor" in page.text(".notes li") and "window.pwned=1" in page.text(".notes li")
        assert "settled: not done" in page.text(".lead") and not page.is_shown(".hint")
        expect(page.run("return window.pwned ?? null"), None)
        page.click("#close")
        page.wait("nothing is left to settle", lambda: page.is_shown("#empty"))
        page.sign_in(stage.config["auditor"], "/console?outcome=unknown&settled=not_done")
        expect(page.ids, [call["id"]])
        assert "not done" in page.text("#rows .c-outcome")
        page.check_quiet(400)
    kept = relay.audit("/v1/audit/calls/" + call["id"])
    expect([(note["author"], note["settles"]) for note in kept["notes"]], [("auditor", "not_done")])


@scenario
def questions(stage: Stage) -> None:
    relay = stage.relay
    marker = new_marker()
    relay.ask("POST", "/v1/crm/card-sales", {"no_such": 1}, {"Top-Ref": f"{marker}-doc"})
    with stage.browser() as page:
        page.sign_in(stage.config["auditor"])
        page.click("[data-question=acceptedCalls]")
        page.wait("accepted calls", lambda: len(page.ids) == 8)
        page.click("[data-question=slowCalls]")
        slow = [call["id"] for call in relay.audit("/v1/audit/calls?min_duration_ms=1000")["data"]]
        page.wait("slow calls", lambda: slow and page.ids == slow)
        page.click("[data-question=failures]")
        page.wait("failures", lambda: page.all("#by-sub-code tbody tr"))
        counts = {row.text.split()[0]: int(row.text.split()[1]) for row in page.all("#by-sub-code tbody tr")}
        expect(counts["isv.item-not-exist"], 4, "failures of a sub_code")
        expect(counts["isv.missing-parameter:acid"], 2, "failures of a sub_code")
        page.run("[...document.querySelectorAll('#by-sub-code a')].find(e => /item-not/.test(e.textContent)).click()")
        page.wait("their list", lambda: len(page.ids) == 4)
        expect(page.query, {"range": "1h", "sub_code": "isv.item-not-exist"})
        # Why did this document not go out?
        page.type("#wanted", f"{marker}-doc" + Keys.ENTER)
        page.click("[data-offer=refusalsOf]")
        page.wait("the refusal", lambda: "invalid-parameters" in page.text("#refusal-rows"))
        assert "/no_such" in page.text("#refusal-rows") and page.query["ref"] == f"{marker}-doc"
        page.type("#refusal-filters [name=ref]", "no such document" + Keys.ENTER)
        page.wait("no refusal", lambda: "No refusals" in page.text("#refusals-status"))
        # Why did the request with this X-Request-Id not go out?
        rejected = relay.audit(f"/v1/audit/refusals?ref={marker}-doc")["data"][0]
        page.run(f"go('/console?view=refusals&request_id={rejected['relay_request_id']}')")
        page.wait("the refusal by the relay's id", lambda: "/no_such" in page.text("#refusal-rows"))
        assert rejected["detail"] in page.text("#refusal-rows")
        # An id, and a business key.
        call = relay.car(marker)
        page.type("#wanted", call["id"].upper() + Keys.ENTER)
        page.wait("the call", lambda: page.text("#call-id") == call["id"])
        page.type("#wanted", f"channel_profile_id:{marker}" + Keys.ENTER)
        page.wait("by key", lambda: page.ids == [call["id"]])
        expect(page.query, {"key": f"channel_profile_id:{marker}"})
        page.check_quiet(400)
