import Crypto

/// The page's style and script, which stand in the page itself and are allowed by their hashes.
enum DocsAssets {
    /// Nothing may be loaded from anywhere, and nothing run but the page's own script.
    static let contentSecurityPolicy =
        "default-src 'none'; style-src '\(hash(style))'; script-src '\(hash(script))'; base-uri 'none'; "
        + "form-action 'none'; frame-ancestors 'none'"

    private static func hash(_ text: StaticString) -> String {
        // Without SHA-256 the process does not start, so the page never goes without.
        let digest = (try? Digest.sha256(Array("\(text)".utf8))) ?? []
        return "sha256-" + Base64.encode(digest)
    }

    static let style: StaticString = """
        :root{color-scheme:light dark;--ground:#fff;--soft:#f4f6f8;--line:#d9dee5;--text:#1b2430;--dim:#5a6675;\
        --link:#0b57b7;--must:#a8331a;--mark:#fff3c4}
        @media(prefers-color-scheme:dark){:root{--ground:#12161c;--soft:#1b212a;--line:#333c49;--text:#e4e9f0;\
        --dim:#9aa7b7;--link:#7cb3ff;--must:#ff9d85;--mark:#4a3f12}}
        *{box-sizing:border-box}
        body{margin:0 auto;max-width:68rem;padding:1.25rem 1rem 4rem;background:var(--ground);color:var(--text);\
        font:16px/1.5 system-ui,"Noto Sans","Noto Sans CJK SC","Microsoft YaHei",sans-serif}
        h1{margin:0;font-size:1.6rem}
        h2{margin:2.5rem 0 .5rem;font-size:1.2rem}
        h3{margin:1.5rem 0 .4rem;font-size:1rem}
        p{margin:.5rem 0}
        a{color:var(--link)}
        code,pre,kbd{font:.875em/1.5 ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace}
        code{overflow-wrap:anywhere}
        .dim{color:var(--dim)}
        .find{position:sticky;top:0;margin:1.25rem 0 .75rem;padding:.6rem 0;background:var(--ground)}
        .find label{display:block;font-weight:600}
        .find input{width:100%;padding:.6rem .75rem;font:inherit;color:inherit;background:var(--soft);\
        border:1px solid var(--line);border-radius:.4rem}
        .find input:focus-visible,button:focus-visible,summary:focus-visible{outline:2px solid var(--link);\
        outline-offset:2px}
        details.method{margin:.5rem 0;border:1px solid var(--line);border-radius:.5rem;\
        scroll-margin-top:8rem}
        details.method>summary{padding:.6rem .9rem;cursor:pointer}
        details.method[open]>summary{border-bottom:1px solid var(--line);background:var(--soft);\
        border-radius:.5rem .5rem 0 0}
        summary b{font-weight:600}
        summary .title{display:block;color:var(--dim)}
        .body{padding:.25rem .9rem 1rem}
        .facts{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;margin:.75rem 0;padding:0;list-style:none}
        .code{position:relative}
        pre{margin:.25rem 0;padding:.75rem .9rem;background:var(--soft);border:1px solid var(--line);\
        border-radius:.4rem;white-space:pre-wrap;overflow-wrap:anywhere}
        button.copy{position:absolute;top:.5rem;right:.5rem;padding:.2rem .7rem;font:inherit;font-size:.85rem;\
        color:inherit;background:var(--ground);border:1px solid var(--line);border-radius:.3rem;cursor:pointer}
        .code pre{padding-right:5rem}
        table{width:100%;border-collapse:collapse;font-size:.925rem}
        th{padding:.35rem .5rem;text-align:left;font-weight:600;white-space:nowrap;color:var(--dim);border-bottom:1px solid var(--line)}
        td{padding:.4rem .5rem;vertical-align:top;border-bottom:1px solid var(--line)}
        td.name{min-width:11rem}
        td.words{white-space:pre-line;overflow-wrap:anywhere}
        td.nowrap{white-space:nowrap}
        .must{color:var(--must);font-weight:600}
        .d1{padding-left:1.25rem}.d2{padding-left:2.5rem}.d3{padding-left:3.75rem}.d4{padding-left:5rem}
        .note{display:block;color:var(--dim);white-space:normal}
        [hidden]{display:none}
        @media(max-width:44rem){
        table,tbody,tr,td{display:block}thead{display:none}
        tr{padding:.5rem 0;border-bottom:1px solid var(--line)}
        td{padding:.1rem 0;border:0}td:empty{display:none}
        td.nowrap{display:inline-block;margin-right:1rem}td.nowrap:not(.must){color:var(--dim)}\
        td.example:not(:empty)::before{content:"Example: ";color:var(--dim)}
        .d1,.d2,.d3,.d4{padding-left:0}
        tr.in1{padding-left:.8rem}tr.in2{padding-left:1.6rem}tr.in3{padding-left:2.4rem}tr.in4{padding-left:3.2rem}
        }
        """

    static let script: StaticString = """
        "use strict";
        const find = document.querySelector("#find"), count = document.querySelector("#count");
        const methods = [...document.querySelectorAll(".method")].map(element => ({
          element, name: element.id.toLowerCase(), text: element.textContent.toLowerCase() }));
        for (const origin of document.querySelectorAll(".origin")) origin.textContent = location.origin;
        function search() {
          const words = find.value.toLowerCase().split(/\\s+/).filter(word => word);
          const found = methods.filter(method => {
            const shown = words.every(word => method.text.includes(word));
            method.element.hidden = !shown;
            return shown;
          });
          count.textContent = found.length + " of " + methods.length;
          if (words.length && found.length === 1 && found[0].element.tagName === "DETAILS") found[0].element.open = true;
        }
        function openLinked() {
          const element = document.getElementById(decodeURIComponent(location.hash.slice(1)));
          if (element && element.tagName === "DETAILS") { element.open = true; element.scrollIntoView(); }
        }
        async function copy(button) {
          const text = button.parentElement.querySelector("pre").textContent;
          try { await navigator.clipboard.writeText(text); } catch {
            const range = document.createRange();
            range.selectNodeContents(button.parentElement.querySelector("pre"));
            getSelection().removeAllRanges(); getSelection().addRange(range);
            if (!document.execCommand("copy")) return;
          }
          button.textContent = "Copied";
          setTimeout(() => { button.textContent = "Copy"; }, 1500);
        }
        for (const button of document.querySelectorAll("button.copy")) {
          button.hidden = false;
          button.addEventListener("click", () => copy(button));
        }
        if (find) {
          const wanted = new URLSearchParams(location.search).get("q");
          if (wanted) find.value = wanted;
          find.addEventListener("input", search);
          search();
        }
        addEventListener("hashchange", openLinked);
        openLinked();
        """
}
