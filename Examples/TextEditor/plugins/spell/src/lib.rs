//! spell - marks words that are often misspelled.

#[path = "../../../Sources/CEditorHooks/rust/example_editor_mark.rs"]
mod example_editor_mark;
#[path = "../../../Sources/CEditorHooks/rust/example_editor_marks.rs"]
mod example_editor_marks;

use example_editor_mark::EditorMark;
use example_editor_marks::EditorMarks;
use plugin_runtime::Error;

/// Sorted.
const MISSPELLED: [&str; 8] =
    ["accomodate", "adress", "definately", "occured", "recieve", "seperate", "teh", "untill"];

struct Spell;

impl EditorMarks for Spell {
    fn marks(&self, line: &str) -> Result<Vec<EditorMark>, Error> {
        let mut marks = Vec::new();
        let mut start = 0;
        for part in line.split_inclusive(|character: char| !character.is_alphabetic()) {
            let word = part.trim_end_matches(|character: char| !character.is_alphabetic());
            if MISSPELLED.binary_search(&word.to_lowercase().as_str()).is_ok() {
                marks.push(EditorMark { start, length: word.len() as i64 });
            }
            start += part.len() as i64;
        }
        Ok(marks)
    }
}

plugin_runtime::plugin! {
    name: "spell", version: "1.0.0", unload: Resident,
    offers: [example_editor_marks::INTERFACE],
    begin: |module| module.implement::<dyn EditorMarks, _>(0, Spell)
}
