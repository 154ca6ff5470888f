//! The page that `status --html` writes, in a browser: Debian's Chromium without a screen, over the pipe of its `DevTools`
//! protocol, which the standard library of Debian's Python speaks. That takes no package of anybody's, and the protocol
//! can emulate colour schemes and tells of each request and each word on the console.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::Stdio,
};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{
    executables::missing,
    process::command,
    written::{self, EVIL},
};

/// What is asked of the page in each look: answers of `true` alone are fine.
const ASKED: [(&str, &str); 9] = [
    ("nothing sticks out", "document.documentElement.scrollWidth <= document.documentElement.clientWidth"),
    ("nothing ran", "window.hacked === undefined && document.scripts.length === 0 && document.images.length === 0"),
    (
        "it says what it is",
        "document.documentElement.lang === 'en' && document.title.length > 9 && !!document.querySelector('main h2') && document.querySelectorAll('h1').length === 1",
    ),
    (
        "headers have a scope",
        "[...document.querySelectorAll('th')].every(it => it.scope === 'col' || it.scope === 'row')",
    ),
    (
        "links lead somewhere",
        "[...document.querySelectorAll('a[href]')].every(it => it.getAttribute('href').startsWith('#') && document.getElementById(it.getAttribute('href').slice(1)))",
    ),
    (
        "names are unique",
        "new Set([...document.querySelectorAll('[id]')].map(it => it.id)).size === document.querySelectorAll('[id]').length",
    ),
    (
        "drawings are told",
        "[...document.querySelectorAll('svg')].every(it => it.ariaHidden === 'true' || it.ariaLabel)",
    ),
    ("text can be read", CONTRAST),
    ("a link unfolds what it leads to", UNFOLDS),
];

/// WCAG's contrast of 4.5 between each text and the paper; washes are near enough to that.
const CONTRAST: &str = "(() => {
  const light = color => { const [r, g, b] = color.match(/[\\d.]+/g).map(it => it / 255).map(it => it <= .04045 ? it / 12.92 : ((it + .055) / 1.055) ** 2.4); return .2126 * r + .7152 * g + .0722 * b };
  const paper = light(getComputedStyle(document.body).backgroundColor);
  const texts = [...document.querySelectorAll('p,td,th,dt,dd,small,a,li,code,summary,summary span,.tiles b')].slice(0, 3000);
  const poor = texts.map(it => [it, light(getComputedStyle(it).color)]).filter(([, it]) => (Math.max(it, paper) + .05) / (Math.min(it, paper) + .05) < 4.5);
  return poor.length === 0 || poor.slice(0, 3).map(([it]) => it.outerHTML.slice(0, 80)).join(' ');
})()";

const UNFOLDS: &str = "(async () => {
  const folded = document.querySelector('details.db:not([open])');
  if (!folded) return true;
  location.hash = '#' + folded.querySelector('.in').id;
  await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
  return folded.open;
})()";

/// One look: so wide, in this scheme.
fn looks() -> Vec<Value> {
    let look =
        |width: u32, scheme: &str| json!({"name": format!("{scheme}-{width}"), "width": width, "scheme": scheme});
    [1280, 390].into_iter().flat_map(|width| ["light", "dark"].map(|scheme| look(width, scheme))).collect()
}

/// Chromium, or loud words that it is missing.
fn chromium() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found =
        std::env::split_paths(&path).flat_map(|folder| ["chromium", "chromium-browser"].map(|name| folder.join(name)));
    let found = found.into_iter().find(|path| path.is_file());
    if found.is_none() {
        missing("`chromium` (apt-get install chromium)");
    }
    found
}

/// Opens a page and asks.
fn browse(chromium: &Path, page: &Path, ask: &[(&str, &str)]) -> Value {
    let folder = TempDir::new().expect("a temporary folder");
    let ask: serde_json::Map<String, Value> =
        ask.iter().map(|(name, script)| ((*name).to_owned(), (*script).into())).collect();
    let what = json!({"page": page, "folder": folder.path(), "looks": looks(), "ask": ask, "paper": true});
    let mut child = command(Path::new("/usr/bin/python3"), folder.path())
        .args(["-c", include_str!("browse.py")])
        .arg(chromium)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("Python starts");
    child.stdin.take().expect("a pipe").write_all(what.to_string().as_bytes()).expect("the script listens");
    let output = child.wait_with_output().expect("Python ends");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {said}"))
}

/// Writes the page with the built program.
fn page(folder: &Path, about: &[&str]) -> PathBuf {
    let path = folder.join("report.html");
    let output = command(Path::new(env!("CARGO_BIN_EXE_rds-encrypt")), folder)
        .arg("status")
        .args(about)
        .args(["--sandbox", "-q", "--html"])
        .arg(&path)
        .arg("--state-dir")
        .arg(folder.join("state"))
        .output()
        .expect("the program runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    path
}

/// Everything that holds for any report.
fn is_fit(seen: &Value, page: &Path) {
    let looks = seen["looks"].as_object().expect("looks");
    assert_eq!(looks.len(), 4);
    for (look, answers) in looks {
        for (name, _) in ASKED {
            assert_eq!(answers[name], true, "{look}: {name}");
        }
    }
    let own = format!("file://{}", page.display());
    let requests = seen["requests"].as_array().expect("requests");
    assert!(
        requests.iter().all(|url| url.as_str().is_some_and(|url| url.split('#').next() == Some(&own))),
        "{requests:?}"
    );
    assert_eq!(seen["said"], json!([]), "the console is empty");
    assert!(seen["paper"]["bytes"].as_u64().is_some_and(|bytes| bytes > 10_000), "it can be printed");
}

#[test]
fn five_databases_of_several_kinds() {
    let Some(chromium) = chromium() else { return };
    let folder = TempDir::new().expect("a temporary folder");
    let held = written::five(&folder.path().join("state/sandbox"));
    let page = page(folder.path(), &[]);
    drop(held);
    let rows = "[...document.querySelectorAll('.all tbody tr')].map(it => it.className + ' ' + it.querySelector('a').textContent).sort().join()";
    let more = [
        ("rows", rows),
        ("paper", "getComputedStyle(document.body).backgroundColor"),
        ("told", "document.body.innerText.includes('<script>window.hacked')"),
        ("bars", "[...document.querySelectorAll('.all svg[role=img] rect')].length"),
        ("open", "[...document.querySelectorAll('.db[open] > summary b')].map(it => it.textContent).join()"),
    ];
    let seen = browse(&chromium, &page, &[more.as_slice(), &ASKED].concat());
    is_fit(&seen, &page);
    let looks = &seen["looks"];
    let first = &looks["light-1280"];
    assert_eq!(first["rows"], "done orders,failed billing,failed broken,parked ledger,running shop");
    assert_eq!(first["told"], true, "what others wrote is told, as text: {EVIL}");
    assert!(first["bars"].as_u64().is_some_and(|bars| bars >= 7), "{first}");
    assert_eq!(first["open"], "billing,broken,ledger", "what needs a person is unfolded");
    assert_ne!(first["paper"], looks["dark-1280"]["paper"], "two schemes");
}

#[test]
fn five_hundred_databases() {
    let Some(chromium) = chromium() else { return };
    let folder = TempDir::new().expect("a temporary folder");
    let name = written::batch_of(&folder.path().join("state/sandbox"), 500);
    let page = page(folder.path(), &[&name]);
    let bytes = fs::metadata(&page).expect("a page").len();
    assert!(bytes < 10_000_000, "{bytes} bytes");
    let filter = "(() => {
      const shown = () => [...document.querySelectorAll('.all tbody tr')].filter(it => it.offsetParent !== null).length;
      const all = shown();
      document.getElementById('show-failed').click();
      const failed = shown();
      document.getElementById('show-all').click();
      return [all, failed, shown()].join();
    })()";
    let seen = browse(&chromium, &page, &[[("filter", filter)].as_slice(), &ASKED].concat());
    is_fit(&seen, &page);
    assert_eq!(seen["looks"]["light-1280"]["filter"], "500,20,500");
    assert_eq!(seen["looks"]["dark-390"]["filter"], "500,20,500");
    let pages = seen["paper"]["bytes"].as_u64();
    assert!(pages.is_some_and(|bytes| bytes < 5_000_000), "on paper it stays readable: {pages:?}");
}
