// What the pages do beside being read: more posts as the end comes near, and new comments as they are written.
// All HTML is the server's: what is new is taken out of the pages that everybody gets.
"use strict";

const gallery = document.querySelector(".gallery");
const status = document.getElementById("status");

let quiet;
function say(words) {
  status.textContent = words;
  clearTimeout(quiet);
  quiet = setTimeout(() => { status.textContent = ""; }, 6000);
}

async function read(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

// --- more posts ------------------------------------------------------------------------------------

const isNew = (item) => !document.getElementById(item.firstElementChild.id);

// For whoever chose the link, the first new post gets the focus that the link had.
async function more(link, wantsFocus) {
  if (link.getAttribute("aria-busy")) return;
  link.setAttribute("aria-busy", "true");
  try {
    const page = await read(link.href);
    const items = [...page.querySelectorAll(".gallery > li")].filter(isNew);
    const next = page.querySelector(".more");
    gallery.append(...items);
    const hadFocus = document.activeElement === link;
    if (items[0] && (wantsFocus || hadFocus)) items[0].querySelector("a").focus();
    link.closest(".more").replaceWith(...(next ? [next] : []));
    if (next) watch(next);
    say(`${items.length} more posts`);
  } catch {
    link.removeAttribute("aria-busy");
    say("They cannot be fetched now: the link tries again");
  }
}

const observer = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (entry.isIntersecting) more(entry.target.querySelector("a"), false);
  }
}, { rootMargin: "500px" });

function watch(nav) {
  observer.observe(nav);
  nav.querySelector("a").addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    more(event.currentTarget, true);
  });
}

const first = document.querySelector(".more");
if (first) watch(first);

// --- new comments ----------------------------------------------------------------------------------

const comments = (talk) => [...talk.querySelectorAll(".comments > li")];

async function renew(id) {
  const old = document.getElementById(`m-${id}`)?.querySelector(".talk");
  if (!old) return;
  const talk = (await read(`/media/${id}`)).getElementById(`m-${id}`).querySelector(".talk");
  const known = new Set(comments(old).map((item) => item.textContent));
  const added = comments(talk).filter((item) => !known.has(item.textContent));
  for (const item of added) item.classList.add("new");
  old.replaceWith(talk);
  if (added[0]) say(`A new comment: ${added[0].textContent}`);
}

if (document.body.dataset.live) {
  new EventSource(document.body.dataset.live).onmessage = (event) => renew(event.data).catch(() => {});
}
