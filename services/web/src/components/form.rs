//! Parts of forms.

use maud::{Markup, html};

/// What every field has: its name, what it asks, a hint, and what is wrong with what was given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Field {
    /// Its name, and its id.
    pub name: String,
    /// What it asks.
    pub label: String,
    /// How to answer.
    pub hint: Option<String>,
    /// What is wrong with what was given.
    pub error: Option<String>,
}

/// A line of text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Input {
    /// What it asks.
    pub field: Field,
    /// What was given.
    pub value: Option<String>,
    /// Classes that set its width.
    pub classes: Option<String>,
}

/// One of several answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is read.
    pub text: String,
    /// More about it.
    pub hint: Option<String>,
}

/// A list to choose from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Select {
    /// What it asks.
    pub field: Field,
    /// What there is to choose from.
    pub choices: Vec<Choice>,
    /// What is chosen.
    pub value: Option<String>,
}

/// Answers that all stand on the page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Radios {
    /// What they ask; the label stands as the legend.
    pub field: Field,
    /// Classes of the legend.
    pub legend_classes: Option<String>,
    /// What there is to choose from.
    pub choices: Vec<Choice>,
    /// What is chosen.
    pub value: Option<String>,
}

impl Field {
    fn label(&self) -> Markup {
        html! { label.govuk-label for=(self.name) { (self.label) } }
    }

    fn described_by(&self) -> Option<String> {
        let hint = self.hint.as_ref().map(|_| format!("{}-hint", self.name));
        let error = self.error.as_ref().map(|_| format!("{}-error", self.name));
        let ids: Vec<String> = hint.into_iter().chain(error).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }

    fn hint_and_error(&self) -> Markup {
        html! {
            @if let Some(hint) = &self.hint { div.govuk-hint id=(format!("{}-hint", self.name)) { (hint) } }
            @if let Some(error) = &self.error {
                p.govuk-error-message id=(format!("{}-error", self.name)) {
                    span.govuk-visually-hidden { "Error:" } " " (error)
                }
            }
        }
    }
}

impl Input {
    /// The field.
    pub fn html(&self) -> Markup {
        let field = &self.field;
        let error = field.error.is_some();
        html! {
            div.govuk-form-group.govuk-form-group--error[error] {
                (field.label())
                (field.hint_and_error())
                input class=(classes("govuk-input", self.classes.as_deref(), error.then_some("govuk-input--error")))
                    id=(field.name) name=(field.name) type="text" value=[self.value.as_deref()]
                    aria-describedby=[field.described_by()];
            }
        }
    }
}

impl Select {
    /// The field.
    pub fn html(&self) -> Markup {
        let field = &self.field;
        let error = field.error.is_some();
        html! {
            div.govuk-form-group.govuk-form-group--error[error] {
                (field.label())
                (field.hint_and_error())
                select.govuk-select.govuk-select--error[error] id=(field.name) name=(field.name) aria-describedby=[field.described_by()] {
                    @for choice in &self.choices {
                        option value=(choice.value) selected[self.value.as_ref() == Some(&choice.value)] { (choice.text) }
                    }
                }
            }
        }
    }
}

impl Radios {
    /// The field.
    pub fn html(&self) -> Markup {
        let field = &self.field;
        html! {
            div.govuk-form-group.govuk-form-group--error[field.error.is_some()] {
                fieldset.govuk-fieldset aria-describedby=[field.described_by()] {
                    legend class=(classes("govuk-fieldset__legend", self.legend_classes.as_deref(), None)) { (field.label) }
                    (field.hint_and_error())
                    div.govuk-radios data-module="govuk-radios" {
                        @for (index, choice) in self.choices.iter().enumerate() {
                            @let id = if index == 0 { field.name.clone() } else { format!("{}-{}", field.name, index + 1) };
                            @let hint = choice.hint.as_ref().map(|_| format!("{id}-item-hint"));
                            div.govuk-radios__item {
                                input.govuk-radios__input id=(id) name=(field.name) type="radio" value=(choice.value)
                                    checked[self.value.as_ref() == Some(&choice.value)] aria-describedby=[hint.as_ref()];
                                label.govuk-label.govuk-radios__label for=(id) { (choice.text) }
                                @if let (Some(id), Some(text)) = (&hint, &choice.hint) {
                                    div.govuk-hint.govuk-radios__hint id=(id) { (text) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn classes(base: &str, more: Option<&str>, last: Option<&str>) -> String {
    [Some(base), more, last].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// A button that sends its form.
pub fn button(text: &str) -> Markup {
    html! { button.govuk-button type="submit" data-module="govuk-button" { (text) } }
}

/// What is to be put right, with a link to each field.
pub fn error_summary(title: &str, errors: &[(String, String)]) -> Markup {
    html! {
        div.govuk-error-summary data-module="govuk-error-summary" {
            div role="alert" {
                h2.govuk-error-summary__title { (title) }
                div.govuk-error-summary__body {
                    ul.govuk-list.govuk-error-summary__list {
                        @for (href, text) in errors { li { a href=(href) { (text) } } }
                    }
                }
            }
        }
    }
}
