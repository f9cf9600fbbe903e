"use strict";
// Unpacks the page's script and data, and starts it.

(async () => {
  const packed = document.getElementById("packed").textContent;
  const bytes = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  const { script, data } = JSON.parse(await new Response(stream).text());
  const element = document.createElement("script");
  element.textContent = script;
  document.body.append(element);
  page.start(data);
  document.documentElement.dataset.started = "yes";
})().catch((error) => {
  document.getElementById("count").textContent =
    typeof DecompressionStream === "undefined"
      ? "This browser cannot unpack the steps; expected one of 2023 or newer."
      : "The steps did not start.";
  throw error;
});
