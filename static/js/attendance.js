// Ticks at the door. Each is written into the phone first and told to the house after, one at a time, again and again
// until it is heard: the house counts the same tick once. Without this script the page is a form with a button.

const sheet = document.querySelector("[data-attendance]");
const part = (name) => sheet.querySelector(`[data-${name}]`);
const store = `attendance:${sheet.dataset.attendance}`;
const names = part("names");
const token = sheet.querySelector("[name=csrfmiddlewaretoken]").value;
const FIRST_WAIT = 1000; // milliseconds
const LONGEST_WAIT = 15000;
const PATIENCE = 10000;

let count = Number(part("count").textContent); // as the house last said
let wait = FIRST_WAIT;
let isTelling = false;
let timer = 0;

// What waits, by member or card: {here, tap}. Another tab of this phone may have written it.
const read = () => JSON.parse(localStorage.getItem(store) || "{}");
const write = (waiting) => localStorage.setItem(store, JSON.stringify(waiting));
const device = localStorage.getItem("device") || Math.random().toString(36).slice(2);
localStorage.setItem("device", device);

const row = (member) => names.querySelector(`[data-member="${CSS.escape(member)}"]`);
const box = (item) => item.querySelector("input[type=checkbox]");
const isKept = (item) => item.dataset.kept === "yes";
const keepAsSaid = (item) => {
  box(item).checked = box(item).defaultChecked; // some browsers fill pages in as they were left
  item.dataset.kept = box(item).checked ? "yes" : "no";
};

const show = () => {
  const waiting = read();
  let number = count;
  for (const [who, said] of Object.entries(waiting)) {
    const item = row(who);
    if (item && isKept(item) !== said.here) number += said.here ? 1 : -1;
    if (item) box(item).checked = said.here;
  }
  const left = Object.keys(waiting).length;
  part("count").textContent = number;
  part("number").textContent = left;
  part("waiting").hidden = !left;
};

const say = (text) => {
  part("message").textContent = text;
  part("message").hidden = !text;
};

const tick = (who, here) => {
  const waiting = read();
  waiting[who] = { here, tap: Date.now() };
  write(waiting);
  show();
  tell();
};

const forget = (who, tap) => {
  const waiting = read();
  if (waiting[who]?.tap === tap) delete waiting[who]; // else it was tapped again meanwhile
  write(waiting);
};

const later = () => {
  clearTimeout(timer);
  timer = setTimeout(tell, wait);
  wait = Math.min(2 * wait, LONGEST_WAIT);
};

const post = (who, said) => {
  const isCard = who.startsWith("card:");
  const body = new URLSearchParams({
    [isCard ? "card" : "member"]: isCard ? who.slice(5) : who,
    here: said.here ? "yes" : "no",
    device,
    tap: said.tap,
  });
  const headers = { "X-CSRFToken": token };
  const signal = AbortSignal.timeout(PATIENCE);
  return fetch(sheet.dataset.address, { method: "POST", body, headers, signal, redirect: "manual" });
};

const hear = (who, said, answer) => {
  forget(who, said.tap);
  count = answer.here;
  const item = row(answer.member.uuid) || add(answer.member);
  item.dataset.kept = answer.is_here ? "yes" : "no";
  if (!read()[answer.member.uuid]) box(item).checked = answer.is_here;
};

// One after the other: an earlier tick never arrives after a later one.
const tell = async () => {
  if (isTelling) return;
  isTelling = true;
  clearTimeout(timer);
  try {
    let next;
    while ((next = Object.entries(read())[0])) {
      const [who, said] = next;
      const response = await post(who, said);
      if (response.status === 404) {
        forget(who, said.tap);
        say(part("message").dataset.unknown);
      } else if (response.ok) {
        hear(who, said, await response.json());
        wait = FIRST_WAIT;
        if (part("message").textContent === part("message").dataset.refused) say("");
      } else {
        if (response.type === "opaqueredirect" || response.status === 403) {
          say(part("message").dataset.refused);
        }
        throw new Error(response.status);
      }
      show();
    }
  } catch {
    later(); // no network, a busy house, or signed out: it waits on the phone
  } finally {
    isTelling = false;
  }
};

const add = (member) => {
  const item = document.createElement("li");
  const label = document.createElement("label");
  const tickBox = document.createElement("input");
  const name = document.createElement("span");
  const number = document.createElement("span");
  item.dataset.member = member.uuid;
  item.dataset.said = `${member.name} #${member.number}`;
  Object.assign(tickBox, { type: "checkbox", name: "here", value: member.uuid });
  name.textContent = member.name;
  number.textContent = member.number;
  number.className = "quiet small";
  label.append(tickBox, " ", name, " ", number);
  item.append(label);
  names.prepend(item);
  return item;
};

// Searching hides the others at once; who is not on the list is asked for.
const plain = (text) => text.toLowerCase().normalize("NFD").replace(/\p{Mn}/gu, "");
const found = () => [...names.children].filter((item) => !item.hidden);
const sift = () => {
  const words = plain(part("search").value).split(/\s+/).filter(Boolean);
  for (const item of names.children) {
    item.hidden = !words.every((word) => plain(item.dataset.said).includes(word));
  }
  part("nobody").hidden = found().length > 0;
};
let asked = 0;
const ask = async (text) => {
  const response = await fetch(`${sheet.dataset.more}?rows=1&q=${encodeURIComponent(text)}`);
  if (!response.ok || text !== part("search").value.trim()) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  for (const item of page.querySelectorAll("[data-member]")) {
    if (row(item.dataset.member)) continue;
    names.append(item);
    keepAsSaid(item);
  }
  sift();
  show();
};
const search = () => {
  sift();
  clearTimeout(asked);
  const text = part("search").value.trim();
  if (text) asked = setTimeout(() => ask(text).catch(() => {}), 300);
};

// The camera, where the browser can read codes: each card once in three seconds.
const scan = async (button) => {
  const lens = part("lens");
  if (!lens.hidden) {
    for (const track of lens.srcObject.getTracks()) track.stop();
    lens.hidden = true;
    button.setAttribute("aria-expanded", "false");
    return;
  }
  lens.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  lens.hidden = false;
  button.setAttribute("aria-expanded", "true");
  await lens.play();
  const detector = new BarcodeDetector({ formats: ["qr_code"] });
  const seen = new Map();
  while (!lens.hidden) {
    for (const code of await detector.detect(lens).catch(() => [])) {
      const card = /\/u\/card\/([A-Za-z0-9_-]+)\/$/.exec(code.rawValue)?.[1];
      if (!card) say(part("message").dataset.unknown);
      if (!card || Date.now() - (seen.get(card) || 0) < 3000) continue;
      seen.set(card, Date.now());
      say("");
      navigator.vibrate?.(80);
      tick(`card:${card}`, true);
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
};

for (const item of names.children) keepAsSaid(item);
names.addEventListener("change", (event) => {
  const item = event.target.closest("[data-member]");
  if (item) tick(item.dataset.member, event.target.checked);
});
part("search").addEventListener("input", search);
part("search").form.addEventListener("submit", (event) => {
  event.preventDefault(); // Enter ticks the only one who is meant
  const meant = found();
  if (meant.length !== 1 || box(meant[0]).disabled || box(meant[0]).checked) return;
  tick(meant[0].dataset.member, true);
  part("search").value = "";
  sift();
});
part("find").hidden = true;
if (part("save")) part("save").hidden = true;
if (part("scan") && "BarcodeDetector" in window && navigator.mediaDevices) {
  part("scanning").hidden = false;
  part("scan").addEventListener("click", () => scan(part("scan")).catch((error) => say(error.message)));
}
addEventListener("online", () => {
  wait = FIRST_WAIT;
  tell();
});
show();
tell();
