// Every answer and every place has an address; this leads from one to the next without loading the page again.

// Gradio names its own buttons in the browser's language; this page is Chinese for everyone.
Object.defineProperty(navigator, "language", { value: "zh-CN" });

const reportqa = {
  // The last address of each page, so that turning back to it keeps what was there.
  last: {},

  // Set by the page's router: shows what the address names.
  show: undefined,

  // One at a time, and the newest address last: an answer that was slow must not take the place of the next one.
  visit() {
    this.waiting = this.running;
    if (this.running || !this.show) return;
    this.running = true;
    document.documentElement.classList.add("busy");
    this.show();
  },

  page(search) {
    const query = new URLSearchParams(search);
    return query.get("p") ?? (query.has("d") ? "read" : "ask");
  },

  go(address) {
    const push = address === location.search ? "replaceState" : "pushState";
    history[push](null, "", address);
    this.visit();
  },

  ask(question) {
    this.go("?" + new URLSearchParams({ q: question.trim() }));
  },

  turnTo(page) {
    if (this.page(location.search) === page) return;
    const known = this.last[page];
    if (known === undefined) return this.go(page === "ask" ? "?" : `?p=${page}`);
    history.pushState(null, "", known);
  },

  done() {
    this.running = false;
    if (this.waiting) return this.visit();
    this.last[this.page(location.search)] = location.search || "?";
    document.documentElement.classList.remove("busy");
  },

  // The page may still be hidden when its content arrives: what is hidden cannot be scrolled.
  reveal(element, tries = 60) {
    if (!element.offsetParent) {
      if (tries) requestAnimationFrame(() => this.reveal(element, tries - 1));
      return;
    }
    const outline = element.querySelector("details");
    if (outline) outline.open = matchMedia("(min-width: 721px)").matches;
    element.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
    const place = element.querySelector(".place");
    if (place) place.scrollIntoView({ block: "center" });
    else element.querySelector(".document")?.scrollTo(0, 0);
  },
};

document.addEventListener("click", (event) => {
  const link = event.target.closest?.('a[href^="?"]');
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  reportqa.go(link.getAttribute("href"));
});
