// Gradio names its own buttons in the browser's language; this page is Chinese for everyone.
Object.defineProperty(navigator, "language", { value: "zh-CN" });

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
}
new MutationObserver(translate).observe(document, { childList: true, subtree: true, characterData: true });

