// Keys of the desk: each element that has one carries it in data-key. Nothing happens while somebody types.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
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
