// Conveniences of the flow editor. Without scripts its buttons and fields do the same.

// A field of the member goes where the cursor was last.
let written = null;
document.addEventListener("focusin", (event) => {
  if (event.target.matches(".letter textarea, .letter input[type='text']")) written = event.target;
});
document.addEventListener("click", (event) => {
  const chip = event.target.closest("[data-insert]");
  if (!chip) return;
  const field = written?.isConnected && written.offsetParent ? written : visibleBody();
  if (!field) return;
  field.focus();
  field.setRangeText(chip.dataset.insert, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
});
const visibleBody = () => [...document.querySelectorAll(".letter textarea")].find((field) => field.offsetParent);

// Steps are dragged by their grip.
let dragged = null;
document.addEventListener("pointerdown", (event) => {
  const step = event.target.closest("[data-grip]")?.closest("[data-uid]");
  if (step) step.draggable = true;
});
document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.("[data-moves] > [data-uid], [data-arranges] > [data-uid]");
  if (!dragged) return;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", "");
  dragged.classList.add("dragged");
});
document.addEventListener("dragover", (event) => {
  const step = dragged && event.target.closest("[data-moves] > [data-uid], [data-arranges] > [data-uid]");
  if (!step) return;
  event.preventDefault();
  if (step === dragged || step.parentElement !== dragged.parentElement) return;
  const box = step.getBoundingClientRect();
  step[event.clientY < box.top + box.height / 2 ? "before" : "after"](dragged);
});
document.addEventListener("drop", (event) => {
  if (dragged) event.preventDefault();
});
document.addEventListener("dragend", () => {
  if (!dragged) return;
  const form = dragged.closest("form");
  const to = [...dragged.parentElement.children].indexOf(dragged);
  dragged.classList.remove("dragged");
  dragged.draggable = false;
  if (dragged.parentElement.matches("[data-arranges]")) {
    arranged(dragged);
    dragged = null;
    return;
  }
  htmx.ajax("POST", form.action, {
    source: form, target: "#steps", swap: "outerHTML", values: { do: "place", uid: dragged.dataset.uid, to },
  });
  dragged = null;
});

// Blocks of a letter change places at once; the server is told when the letter is saved.
const arranged = (block) => {
  const all = [...block.parentElement.children];
  for (const [place, one] of all.entries()) {
    one.querySelector("[data-place]").textContent = place + 1;
    for (const button of one.querySelectorAll("[data-arrange]")) {
      const isAtEnd = button.dataset.arrange === "up" ? place === 0 : place === all.length - 1;
      button.toggleAttribute("aria-disabled", isAtEnd);
      if (isAtEnd) button.setAttribute("aria-disabled", "true");
    }
  }
  const told = block.parentElement.parentElement.querySelector("[data-told]");
  told.textContent = block.parentElement.dataset.said.replace("%s", all.indexOf(block) + 1);
  block.dispatchEvent(new Event("input", { bubbles: true }));
};
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-arrange]");
  if (!button) return;
  event.preventDefault();
  const block = button.closest("[data-uid]");
  const other = button.dataset.arrange === "up" ? block.previousElementSibling : block.nextElementSibling;
  if (!other) return;
  other[button.dataset.arrange === "up" ? "before" : "after"](block);
  button.focus();
  arranged(block);
});

// What was typed is not lost by a wrong click.
let isChanged = false;
document.addEventListener("input", (event) => {
  if (event.target.closest("form.describing")) isChanged = true;
});
document.addEventListener("submit", () => { isChanged = false; });
window.addEventListener("beforeunload", (event) => {
  if (isChanged) event.preventDefault();
});
