// Every answer and every place has an address; this leads from one to the next without loading the page again.

// Gradio names its own buttons in the browser's language; this page is Chinese for everyone.
Object.defineProperty(navigator, "language", { value: "zh-CN" });

const reportqa = {
  // The last address of each page, so that turning back to it keeps what was there.
  last: {},

  // Whether figures are marked in the report.
  figures: false,

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

  done() {
    this.running = false;
    if (this.waiting) return this.visit();
    this.last[this.page(location.search)] = location.search || "?";
    document.documentElement.classList.remove("busy");
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

  // The page may still be hidden when its content arrives: what is hidden cannot be scrolled.
  reveal(element, tries = 60) {
    if (!element.offsetParent) {
      if (tries) requestAnimationFrame(() => this.reveal(element, tries - 1));
      return;
    }
    const outline = element.querySelector("details");
    if (outline) outline.open = matchMedia("(min-width: 721px)").matches;
    const toggle = element.querySelector("[name=figures]");
    if (toggle) toggle.checked = this.figures;
    element.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
    const place = element.querySelector(".place") ?? element.querySelector(".found");
    place?.classList.add("current");
    if (place) place.scrollIntoView({ block: "center" });
    else element.querySelector(".document")?.scrollTo(0, 0);
  },

  // Leads to the next place that was found, or to the one before.
  turnToFound(reader, step) {
    const found = [...reader.querySelectorAll(".found")];
    const number = reader.querySelector("[data-found-number]");
    const next = (Number(number.textContent) - 1 + step + found.length) % found.length;
    number.textContent = next + 1;
    found.forEach((place, at) => place.classList.toggle("current", at === next));
    found[next].scrollIntoView({ block: "center" });
  },

  async copy(text, button) {
    // Without https, on another machine than this one, a browser has no clipboard to give.
    if (navigator.clipboard) await navigator.clipboard.writeText(text);
    else {
      const area = Object.assign(document.createElement("textarea"), { value: text });
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    const label = button.textContent;
    button.textContent = "已复制";
    setTimeout(() => (button.textContent = label), 1500);
  },
};

document.addEventListener("click", (event) => {
  const link = event.target.closest?.('a[href^="?"]');
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  reportqa.go(link.getAttribute("href"));
});

document.addEventListener("click", (event) => {
  const tab = event.target.closest?.('[role="tab"][id^="page-"]');
  if (tab) reportqa.turnTo(tab.id.split("-")[1]);
});

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-copy], [data-copy-address], [data-found]");
  if (!button) return;
  if (button.dataset.found) reportqa.turnToFound(button.closest(".reader"), Number(button.dataset.found));
  else reportqa.copy(button.dataset.copy ?? location.href, button);
});

document.addEventListener("submit", (event) => {
  if (!event.target.matches("form[data-go]")) return;
  event.preventDefault();
  const given = [...new FormData(event.target)].filter(([, value]) => value.trim());
  reportqa.go("?" + new URLSearchParams(given));
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-go-on-change]")) event.target.form.requestSubmit();
  if (event.target.matches(".reader [name=figures]")) reportqa.figures = event.target.checked;
});
