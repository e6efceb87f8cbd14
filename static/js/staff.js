// Small conveniences. Every page works without them.

// The look changes at once; the server remembers it for the next page.
document.addEventListener("click", (event) => {
  const chosen = event.target.closest("button[name='theme']");
  if (!chosen) return;
  event.preventDefault();
  document.documentElement.dataset.theme = chosen.value;
  for (const button of chosen.form.querySelectorAll("button[name='theme']")) {
    button.setAttribute("aria-pressed", String(button === chosen));
  }
  const body = new FormData(chosen.form);
  body.set("theme", chosen.value);
  fetch(chosen.form.action, { method: "POST", body, redirect: "manual" });
});

// A message goes when it is closed.
document.addEventListener("click", (event) => {
  event.target.closest("[data-close]")?.closest(".toast")?.remove();
});

// On a phone home shows who needs a person; the rest is folded until it is asked for.
if (matchMedia("(max-width: 800px)").matches) {
  for (const part of document.querySelectorAll("details.part[open]")) part.open = false;
}

// A link to something folded opens it.
const unfold = () => {
  const asked = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
  if (asked instanceof HTMLDetailsElement) asked.open = true;
};
addEventListener("hashchange", unfold);
unfold();

// A choice that asks for more opens it.
document.addEventListener("change", (event) => {
  const asked = document.getElementById(event.target.dataset.unfolds);
  if (asked) asked.open = event.target.value === event.target.dataset.when;
});

// An open menu closes by Escape and by a click elsewhere.
const closeMenus = (except) => {
  for (const menu of document.querySelectorAll("details.account[open], details.menu-of[open]")) {
    if (menu !== except) menu.open = false;
  }
};
document.addEventListener("click", (event) => closeMenus(event.target.closest("details.account, details.menu-of")));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = document.querySelector("details.account[open], details.menu-of[open]");
  closeMenus(null);
  open?.querySelector("summary").focus();
});

// Copying needs a secure address; elsewhere the button stays away.
if (navigator.clipboard) {
  for (const button of document.querySelectorAll("[data-copy]")) button.hidden = false;
}
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  button.classList.add("done");
});

// One key for one deed: of the row that has the focus, else of the only one on the page.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (event.target.matches("textarea, select, input:not([type=checkbox])")) return;
  const row = document.activeElement.closest("[data-row]");
  const found = (row ?? document).querySelectorAll(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
  if (found.length !== 1) return;
  event.preventDefault();
  found[0].click();
});
