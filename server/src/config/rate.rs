//! A rate as operators write it: `3/h`, `5/15min`, `1000/min`, `off`.

use std::str::FromStr;

/// So many in so many seconds, or no limit at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// 0 means that there is no limit.
    count: u32,
    seconds: u32,
}

impl Rate {
    pub(crate) const fn new(count: u32, seconds: u32) -> Self {
        Self { count, seconds }
    }

    /// `None` when there is no limit.
    pub(crate) fn limit(self) -> Option<Self> {
        (self.count > 0).then_some(self)
    }

    /// How many are allowed in a window.
    pub(crate) fn count(self) -> u32 {
        self.count
    }

    /// The window's length.
    pub(crate) fn seconds(self) -> u32 {
        self.seconds
    }
}

impl FromStr for Rate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let problem = || "write it like 3/h, 5/15min, 1000/min or off".to_owned();
        if text == "off" {
            return Ok(Self::new(0, 1));
        }
        let (count, window) = text.split_once('/').ok_or_else(problem)?;
        let digits = window
            .find(|c: char| !c.is_ascii_digit())
            .ok_or_else(problem)?;
        let (number, unit) = window.split_at(digits);
        let unit = match unit {
            "s" | "sec" => 1,
            "m" | "min" => 60,
            "h" => 3600,
            "d" => 86_400,
            _ => return Err(problem()),
        };
        let number = if number.is_empty() {
            Ok(1)
        } else {
            number.parse::<u32>()
        };
        let seconds = number
            .ok()
            .and_then(|n| n.checked_mul(unit))
            .ok_or_else(problem)?;
        let count = count.parse().map_err(|_| problem())?;
        if count == 0 || seconds == 0 {
            return Err("zero lets nobody in; write off for no limit".to_owned());
        }
        Ok(Self::new(count, seconds))
    }
}
