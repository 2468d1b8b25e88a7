"use strict";
const find = document.querySelector("#find"), count = document.querySelector("#count");
const methods = [...document.querySelectorAll(".method")].map(element => ({
  element, name: element.id.toLowerCase(), text: element.textContent.toLowerCase() }));
for (const origin of document.querySelectorAll(".origin")) origin.textContent = location.origin;
function search() {
  const words = find.value.toLowerCase().split(/\s+/).filter(word => word);
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
