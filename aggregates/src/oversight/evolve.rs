//! How an event changes what is remembered.

use super::{CommentaryRecorded, ImprovementAction, Oversight, OversightEvent};

impl Oversight {
    pub(super) fn apply(&mut self, event: &OversightEvent) {
        match event.clone() {
            OversightEvent::CommentaryRecorded(was) => self.keep(was),
            OversightEvent::ImprovementActionAgreed(was) => {
                let action = was.action;
                self.actions
                    .insert(action, ImprovementAction { agreed: was, progress: None, completed: None });
            }
            OversightEvent::ProgressReported(was) => {
                if let Some(action) = self.actions.get_mut(&was.action) {
                    action.progress = Some(was);
                }
            }
            OversightEvent::ImprovementActionCompleted(was) => {
                if let Some(action) = self.actions.get_mut(&was.action) {
                    action.completed = Some(was);
                }
            }
        }
    }

    fn keep(&mut self, commentary: CommentaryRecorded) {
        let subject = |of: &CommentaryRecorded| (of.measure.clone(), of.from, of.to);
        match self.commentaries.iter_mut().find(|earlier| subject(earlier) == subject(&commentary)) {
            Some(earlier) => *earlier = commentary,
            None => self.commentaries.push(commentary),
        }
    }
}
