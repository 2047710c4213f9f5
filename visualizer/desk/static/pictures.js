// Thumbnails of prompts: fetched once each, with the token that an <img> could not bring.

import { headers } from "/connection.js";

const MOST = 300; // kept in the page

const links = new Map(); // name to a promise of its link

function link(name) {
  if (!links.has(name)) {
    links.set(name, fetch(`/api/thumbnails/${name}`, { headers: headers() })
      .then((answer) => (answer.ok ? answer.blob() : Promise.reject(new Error(answer.status))))
      .then((blob) => URL.createObjectURL(blob))
      .catch(() => { links.delete(name); return ""; }));
    if (links.size > MOST) forget(links.keys().next().value);
  }
  return links.get(name);
}

async function forget(name) {
  const old = links.get(name);
  links.delete(name);
  URL.revokeObjectURL(await old);
}

/** Show a picture in an element with an <img>; "" for none: the element is as it is without. */
export async function picture(element, name) {
  if ((element.dataset.picture ?? "") === (name ?? "")) return;
  element.dataset.picture = name ?? "";
  const image = element.querySelector("img");
  const found = name ? await link(name) : "";
  if (element.dataset.picture !== (name ?? "")) return; // another has come since
  image.hidden = !found;
  element.classList.toggle("pictured", Boolean(found));
  if (found) image.src = found;
  else { image.removeAttribute("src"); element.dataset.picture = ""; }
}
