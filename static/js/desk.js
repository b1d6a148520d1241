// Keys of the desk: each element that has one carries it in data-key. Nothing happens while somebody types.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
  if (event.key === "Escape") return leave(event.target.closest("details.deed[open]"));
  if (event.target.closest("input, textarea, select, dialog[open]")) return;
  if (event.key === "?") {
    document.getElementById("keys")?.showModal();
    return event.preventDefault();
  }
  const wanted = [...document.querySelectorAll("[data-key]")].find((one) => one.dataset.key === event.key.toLowerCase());
  if (!wanted) return;
  event.preventDefault();
  if (wanted.tagName !== "SUMMARY") return wanted.click();
  wanted.parentElement.open = true;
  wanted.parentElement.querySelector("textarea, input:not([type=hidden]), select")?.focus();
});

// Escape leaves a fold: what was typed stays, the keys act again.
function leave(fold) {
  if (!fold) return;
  fold.open = false;
  fold.querySelector("summary").focus();
}

// A key pressed twice is one deed: else the second one is told that the first was quicker.
let sent = false;
document.addEventListener("submit", (event) => {
  if (event.target.method === "dialog") return;
  if (sent) event.preventDefault();
  sent = true;
});
addEventListener("pageshow", () => { sent = false; });
