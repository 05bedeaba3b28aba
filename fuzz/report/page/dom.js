// SPDX-License-Identifier: Apache-2.0

// Elements: making them, and small things that every part of the page does with text.
//
// Place: the lowest part; all others use it.

const SVG = "http://www.w3.org/2000/svg";

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== "") element.append(child);
  }
  return element;
}

// An element of HTML; attributes that begin with "on" are listeners; children are elements or text.
function h(name, attributes, ...children) {
  return fill(document.createElement(name), attributes, children);
}

// An element of SVG.
function s(name, attributes, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}

// That child of the page which has this id.
function byId(id) {
  return document.getElementById(id);
}

// A sentence as children of an element: what it has in backquotes is code.
function prose(text) {
  return (text || "").split("`").map((part, i) => i % 2 === 1 ? h("code", {}, part) : part);
}

// "1 step", "2 steps".
function count(number, noun) {
  return `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
}

// At most `length` characters of a text.
function cut(text, length) {
  return text.length <= length ? text : text.slice(0, length - 1) + "…";
}

// Copies a text; where the clipboard is closed to a page of a file, by selecting it.
async function copyText(text, element) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch (error) {
    const range = document.createRange();
    range.selectNodeContents(element);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    return document.execCommand("copy");
  }
}
