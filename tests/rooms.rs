//! The rooms of `src/`, and that no arrow between them runs the wrong way.
//!
//! Every path in the code is read (`crate::engine::Interrupt`, `use super::{super::state}`, `tokio::time::sleep`)
//! and judged by the room that its file is in. Comments and texts don't count.

#[cfg(test)]
mod rooms {
    mod paths;
    mod rules;
    mod tokens;

    use std::{
        fs,
        path::{Path, PathBuf},
    };

    /// All `.rs` files below a folder.
    fn files(folder: &Path) -> Vec<PathBuf> {
        let mut all: Vec<PathBuf> = fs::read_dir(folder)
            .expect("a folder")
            .map(|entry| entry.expect("an entry").path())
            .flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] })
            .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
            .collect();
        all.sort();
        all
    }

    #[test]
    fn no_arrow_runs_the_wrong_way() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let files = files(&root);
        assert!(files.len() > 20, "the walk found only {files:?}");
        let faults: Vec<String> = files
            .iter()
            .flat_map(|path| {
                let source = fs::read_to_string(path).expect("a source file");
                rules::faults(path.strip_prefix(&root).expect("below the root"), &source)
            })
            .collect();
        assert!(faults.is_empty(), "\n{}", faults.join("\n"));
    }
}
