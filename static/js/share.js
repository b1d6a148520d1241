// Copy a field's text at the press of a button; without this the text stands there to be copied by hand.
for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) break;
  const field = document.getElementById(button.dataset.copy);
  button.hidden = false;
  button.addEventListener("click", async () => {
    field.select();
    await navigator.clipboard.writeText(field.value);
    document.getElementById(`${field.id}-said`).textContent = button.dataset.copied;
  });
}
