// The texts of a page that cannot be read well: their contrast is below `least`, by the formula of
// WCAG 2.2 (https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio).
(least) => {
  const canvas = Object.assign(document.createElement("canvas"), {width: 1, height: 1});
  const brush = canvas.getContext("2d", {willReadFrequently: true});

  // What a stack of colours looks like, the undermost first, each of them perhaps transparent.
  const blend = (colours) => {
    for (const colour of ["white", ...colours]) {
      brush.fillStyle = colour;
      brush.fillRect(0, 0, 1, 1);
    }
    return brush.getImageData(0, 0, 1, 1).data;
  };
  const backgrounds = (element) => element
    ? [...backgrounds(element.parentElement), getComputedStyle(element).backgroundColor]
    : [];
  const luminance = (colour) => {
    const [red, green, blue] = [...colour].map((value) => value / 255).map(
      (value) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const contrast = (element) => {
    const below = backgrounds(element);
    const tones = [luminance(blend(below)),
      luminance(blend([...below, getComputedStyle(element).color]))];
    return (Math.max(...tones) + 0.05) / (Math.min(...tones) + 0.05);
  };

  const seen = {visibilityProperty: true, opacityProperty: true};
  const hasText = (element) => [...element.childNodes].some(
    (node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
  return [...document.body.querySelectorAll("*")]
    .filter((element) => hasText(element) && element.checkVisibility(seen))
    .filter((element) => !element.matches("script, style, noscript"))
    .map((element) => [contrast(element), element])
    .filter(([ratio]) => ratio < least)
    .map(([ratio, element]) => `contrast ${ratio.toFixed(1)}: ${element.textContent.trim().slice(0, 60)}`);
}
