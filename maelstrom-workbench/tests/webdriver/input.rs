//! What a person does with keys, mouse and wheel, as WebDriver's actions.

use serde_json::{Value, json};

use super::Result;

/// Keys that write nothing, by WebDriver's letters for them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Key {
    Tab,
    Enter,
    Escape,
    Left,
    Right,
    Space,
    Letter(char),
}

impl Key {
    fn code(self) -> char {
        match self {
            Self::Tab => '\u{e004}',
            Self::Enter => '\u{e007}',
            Self::Escape => '\u{e00c}',
            Self::Left => '\u{e012}',
            Self::Right => '\u{e014}',
            Self::Space => ' ',
            Self::Letter(letter) => letter,
        }
    }
}

/// One of them. Places are in pixels from the middle of an element, which is named by a selector.
#[derive(Clone, Debug)]
pub(crate) enum Action<'a> {
    Press(Key),
    PressWithShift(Key),
    /// Moves the pointer there.
    Point(&'a str, (i32, i32)),
    Click(&'a str, (i32, i32)),
    /// Presses at the first place, and lets go at the second.
    Drag(&'a str, (i32, i32), (i32, i32)),
    /// Turns the wheel so far down, with the control key held.
    ZoomWheel(&'a str, (i32, i32), i32),
}

const SHIFT: char = '\u{e008}';
const CONTROL: char = '\u{e009}';

/// Performs them one after the other. `find` gives an element's reference, `post` sends a request.
pub(super) fn perform(
    actions: &[Action<'_>],
    find: impl Fn(&str) -> Result<Value>,
    post: impl Fn(&Value) -> Result<Value>,
) -> Result<()> {
    for action in actions {
        let sources = match *action {
            Action::Press(key) => json!([keys(&[("keyDown", key.code()), ("keyUp", key.code())])]),
            Action::PressWithShift(key) => json!([keys(&[
                ("keyDown", SHIFT),
                ("keyDown", key.code()),
                ("keyUp", key.code()),
                ("keyUp", SHIFT),
            ])]),
            Action::Point(element, place) => json!([pointer(&[moved(&find(element)?, place)])]),
            Action::Click(element, place) => {
                json!([pointer(&[moved(&find(element)?, place), button("pointerDown"), button("pointerUp")])])
            }
            Action::Drag(element, from, to) => {
                let origin = find(element)?;
                let half = (i32::midpoint(from.0, to.0), i32::midpoint(from.1, to.1));
                json!([pointer(&[
                    moved(&origin, from),
                    button("pointerDown"),
                    moved(&origin, half),
                    moved(&origin, to),
                    button("pointerUp"),
                ])])
            }
            Action::ZoomWheel(element, (x, y), down) => {
                let scroll = json!({
                    "type": "scroll", "x": x, "y": y, "deltaX": 0, "deltaY": down, "origin": find(element)?,
                });
                // The key goes down a tick before the wheel turns.
                let pause = json!({"type": "pause"});
                let wheel = json!({"type": "wheel", "id": "wheel", "actions": [pause, scroll, pause]});
                let held = json!({"type": "key", "id": "keys", "actions": [
                    {"type": "keyDown", "value": CONTROL}, pause, {"type": "keyUp", "value": CONTROL},
                ]});
                json!([held, wheel])
            }
        };
        post(&json!({"actions": sources}))?;
    }
    Ok(())
}

fn keys(strokes: &[(&str, char)]) -> Value {
    let strokes: Vec<_> = strokes.iter().map(|(kind, value)| json!({"type": kind, "value": value})).collect();
    json!({"type": "key", "id": "keys", "actions": strokes})
}

fn pointer(actions: &[Value]) -> Value {
    json!({"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}, "actions": actions})
}

fn moved(origin: &Value, (x, y): (i32, i32)) -> Value {
    json!({"type": "pointerMove", "duration": 0, "x": x, "y": y, "origin": origin})
}

fn button(kind: &str) -> Value {
    json!({"type": kind, "button": 0})
}
