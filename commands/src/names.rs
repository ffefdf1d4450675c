//! Names of ours as people write them.

/// `PanelMeeting` as people write it: `Panel meeting`.
pub fn spaced(name: &str) -> String {
    let mut text = String::new();
    for (index, letter) in name.char_indices() {
        if index > 0 && letter.is_uppercase() {
            text.push(' ');
            text.extend(letter.to_lowercase());
        } else {
            text.push(letter);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_becomes_words() {
        assert_eq!(spaced("PanelMeeting"), "Panel meeting");
        assert_eq!(spaced("ReferralReceived"), "Referral received");
        assert_eq!(spaced("Case"), "Case");
        assert_eq!(spaced(""), "");
    }
}
