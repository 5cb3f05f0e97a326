use crate::abi::*;
use std::any::Any;
use std::fmt;

/// Why something failed: a code of `plugin_abi.h`, what it is about, what happened and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    pub code: Status,
    pub subject: String,
    pub message: String,
}

impl Error {
    /// The plugin could not do it, for a reason of its own.
    pub fn new(subject: impl Into<String>, message: impl Into<String>) -> Self {
        Self::with_code(ERROR_PLUGIN, subject, message)
    }

    pub fn with_code(
        code: Status,
        subject: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Self { code, subject: subject.into(), message: message.into() }
    }

    /// A value of `id` that this side does not know.
    pub fn unknown(id: &str, value: impl fmt::Display) -> Self {
        let message = format!("there is no value {value}: build both sides from one declaration");
        Self::with_code(ERROR_INVALID_ARGUMENT, id, message)
    }

    /// What a panic said. A payload that is no text is not dropped: that could panic, too.
    pub(crate) fn panicked(payload: Box<dyn Any + Send>) -> Self {
        let text = payload
            .downcast::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|payload| payload.downcast::<String>().map(|text| *text))
            .unwrap_or_else(|payload| {
                std::mem::forget(payload);
                "it said nothing".to_owned()
            });
        Self::new("panic", text)
    }

    /// Fills `error`, which may be NULL, and returns the code, which is never `OK`.
    ///
    /// # Safety
    /// `error` is NULL or points to a `plr_error`.
    pub unsafe fn write(&self, error: *mut RawError) -> Status {
        let code = if self.code == OK { ERROR_PLUGIN } else { self.code };
        if let Some(error) = error.as_mut() {
            if error.size as usize >= std::mem::size_of::<RawError>() {
                error.code = code;
                copy(&mut error.subject, &self.subject);
                copy(&mut error.message, &self.message);
            }
        }
        code
    }

    /// What a function that returned `code` has left in `error`.
    pub fn read(code: Status, error: &RawError) -> Self {
        Self::with_code(code, text(&error.subject), text(&error.message))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.subject.is_empty() {
            formatter.write_str(&self.message)
        } else {
            write!(formatter, "{}: {}", self.subject, self.message)
        }
    }
}

impl std::error::Error for Error {}

impl RawError {
    /// Room that a function may fill.
    pub fn room() -> Self {
        Self {
            size: std::mem::size_of::<Self>() as u32,
            code: OK,
            subject: [0; SUBJECT_CAPACITY],
            message: [0; MESSAGE_CAPACITY],
        }
    }
}

/// Copies what fits, cut between characters, and ends it with NUL.
fn copy(field: &mut [u8], text: &str) {
    let text = text.split('\0').next().unwrap_or("");
    let mut length = text.len().min(field.len() - 1);
    while !text.is_char_boundary(length) {
        length -= 1;
    }
    field[..length].copy_from_slice(&text.as_bytes()[..length]);
    field[length] = 0;
}

fn text(field: &[u8]) -> String {
    let end = field.iter().position(|byte| *byte == 0).unwrap_or(field.len());
    String::from_utf8_lossy(&field[..end]).into_owned()
}
