// Select2 makes a text box out of a choice and gives it no name: hand it the label of the choice it stands for.
function nameBoxes() {
  for (const choice of document.querySelectorAll("select.admin-autocomplete")) {
    const label = choice.labels[0]?.textContent.trim();
    const made = choice.nextElementSibling;
    if (!label || !made) continue;
    for (const box of made.querySelectorAll(".select2-selection, .select2-selection__rendered, .select2-search__field")) {
      box.removeAttribute("aria-labelledby");
      box.setAttribute("aria-label", label);
    }
  }
}

// jQuery runs in order what waits for the page: after the script that makes the boxes.
window.django?.jQuery?.(nameBoxes);
