// Comes before uPlot, which makes a number format in the browser's language as it is loaded and breaks where that is no
// language: a Chromium started in the POSIX locale calls it "en-US@posix".

try {
  Intl.getCanonicalLocales(navigator.language);
} catch {
  Object.defineProperty(navigator, "language", { value: "en-US", configurable: true });
}
