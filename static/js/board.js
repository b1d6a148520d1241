// While the board is fetched anew: what was opened stays open, tables stay where they were scrolled to.
const remembered = { open: [], scrolled: [] };

document.body.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.id !== "board") return;
  remembered.open = [...event.detail.target.querySelectorAll("details")].map((one) => one.open);
  remembered.scrolled = [...event.detail.target.querySelectorAll(".table-scroll")].map((one) => one.scrollLeft);
});

document.body.addEventListener("htmx:afterSwap", () => {
  const board = document.getElementById("board");
  board.querySelectorAll("details").forEach((one, n) => { one.open = remembered.open[n] ?? one.open; });
  board.querySelectorAll(".table-scroll").forEach((one, n) => { one.scrollLeft = remembered.scrolled[n] ?? 0; });
});
