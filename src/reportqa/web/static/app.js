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
    this.running = location.search || "?";
    document.documentElement.classList.add("busy");
    this.show();
  },

  // `address` is that of the answer which has come: a question that leaned on the one before stands in it whole.
  done(address) {
    const visited = this.running;
    this.running = undefined;
    if (address && location.search === visited) history.replaceState(null, "", address);
    this.last[this.page(visited)] = address || visited;
    if (this.waiting) return this.visit();
    document.documentElement.classList.remove("busy");
    const page = this.page(location.search);
    // Someone has turned to another page meanwhile, and stays there.
    if (page !== this.page(visited)) document.getElementById(`page-${page}-button`)?.click();
    if (document.activeElement === this.box()) this.box().select();
  },

  failed() {
    this.running = this.waiting = undefined;
    document.documentElement.classList.remove("busy");
  },

  box() {
    return document.querySelector("#question :is(textarea, input)");
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

  // Asks on top of the answer that is shown, in the report that is chosen.
  ask(question) {
    const given = new URLSearchParams({ q: question.trim() });
    const before = document.querySelector("#answer [data-question]")?.dataset.question;
    if (before && before !== given.get("q")) given.set("after", before);
    const report = document.querySelector("#scope select")?.value;
    if (report) given.set("in", report);
    this.go("?" + given);
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

// What Gradio says by itself, it says in English whatever the language of the page.
const SAYINGS = [
  [/^Error\b/, "出错了"],
  [/^(Warning|Info|Success)\b/, "提示"],
  [/Connection to the server was lost/, "和程序的连接断了，正在重新连接……"],
  [/Connection errored out|Failed to fetch|NetworkError|Load failed/, "连不上程序：它可能已经停止，或者网络断了。"],
  [/Invalid file types?: (.*)\. Only (.*) allowed/, "不能用这种文件：$1。可以用的是 $2。"],
  [/currently busy|queue is full/i, "现在忙不过来：请稍后再试。"],
  [/exceeds the maximum|too large/i, "文件太大了。"],
];
const LABELS = {
  "Click to upload or drop files": "点击上传，或把文件拖放到此处",
  "File upload": "上传文件",
  "More tabs": "更多页面",
  "Vega visualization": "图表",
  "Close": "关闭",
  "Empty value": "空",
};

// Puts Gradio's own words into Chinese; one that is not known still says that something went wrong.
function translate() {
  for (const toasts of document.querySelectorAll(".toast-wrap")) {
    // Word by word, in place: the elements are Gradio's own, which it goes on to change.
    const words = document.createTreeWalker(toasts, NodeFilter.SHOW_TEXT);
    while (words.nextNode()) {
      const said = words.currentNode.data.trim();
      const known = SAYINGS.find(([form]) => form.test(said));
      if (known) words.currentNode.data = said.match(known[0])[0].replace(...known);
      else if (/[A-Za-z]/.test(said) && !/[\u4e00-\u9fff]/.test(said)) words.currentNode.data = "出错了：请再试一次。";
    }
  }
  for (const [english, chinese] of Object.entries(LABELS))
    for (const place of document.querySelectorAll(`[aria-label="${english}"]`)) place.setAttribute("aria-label", chinese);
  // A chart's titles, which Vega names to a screen reader in English and which stand there as text.
  for (const place of document.querySelectorAll('[aria-label*="itle text "]')) place.removeAttribute("aria-label");
}
new MutationObserver(translate).observe(document, { childList: true, subtree: true, characterData: true });

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
  if (event.target.matches("[data-ask-again]") && reportqa.box().value.trim()) reportqa.ask(reportqa.box().value);
  if (event.target.matches(".reader [name=figures]")) reportqa.figures = event.target.checked;
});
