//! Stepping up to statutory social care and down from it, with the information that must go along.

use std::collections::BTreeSet;

use caseledger_commands::TransferId;
use caseledger_commands::case::*;

use super::super::*;
use super::{Decision, today};
use crate::Context;
use crate::authority::ProtocolItem;

/// The refusal of an item that the protocol does not have.
fn known_items<'a>(
    items: impl Iterator<Item = &'a String>,
    protocol: &[ProtocolItem],
    path: impl Fn(usize) -> String,
) -> Result<BTreeSet<&'a str>, CaseRefusal> {
    let check = |(nth, item): (usize, &'a String)| {
        if protocol.iter().any(|known| known.id == *item) {
            Ok(item.as_str())
        } else {
            Err(CaseRefusal::NoSuchItem { item: item.clone(), field: path(nth) })
        }
    };
    items.enumerate().map(check).collect()
}

impl Case {
    /// The transfer that waits for an answer, if it is the one that was named.
    fn pending(&self, named: Option<TransferId>) -> Result<&Transfer, CaseRefusal> {
        let pending = self.transfer.as_ref().ok_or(CaseRefusal::WrongTransfer)?;
        if named.is_some_and(|id| id != pending.id) { Err(CaseRefusal::WrongTransfer) } else { Ok(pending) }
    }

    pub(super) fn request_step_up(&self, asked: &RequestStepUp, context: &Context<'_>) -> Decision {
        if asked.lawful_basis.is_none() {
            self.with_sharing()?;
        }
        let transfer = self.new_transfer(asked.transfer, context)?;
        let protocol = &context.authority.step_up_protocol;
        let mut given = known_items(asked.pack.iter().map(|item| &item.item), protocol, |nth| {
            format!("pack[{nth}].item")
        })?;
        let overridden = asked.overrides.iter().map(|over| &over.item);
        given.extend(known_items(overridden, protocol, |nth| format!("overrides[{nth}].item"))?);
        let missing = context.authority.missing_for_step_up(&given);
        if !missing.is_empty() {
            return Err(CaseRefusal::PackIncomplete(missing.into_iter().map(str::to_owned).collect()));
        }
        let days = context.authority.timescales.step_up_answer_working_days;
        let requested_on = today(context);
        let asked = asked.clone();
        Ok(vec![
            StepUpRequested {
                transfer,
                requested_on,
                answer_due: context.authority.calendar.add_working_days(requested_on, days),
                receiving_team: asked.receiving_team,
                reason: asked.reason,
                risks: asked.risks,
                lawful_basis: asked.lawful_basis,
                pack: asked.pack,
                overrides: asked.overrides,
            }
            .into(),
        ])
    }

    /// An id for a transfer that begins.
    fn new_transfer(
        &self,
        named: Option<TransferId>,
        context: &Context<'_>,
    ) -> Result<TransferId, CaseRefusal> {
        let id = self.id_or_next(named, context, 0);
        if self.transfers.contains(&id) {
            return Err(CaseRefusal::IdUsed { field: "transfer".to_owned() });
        }
        Ok(id)
    }

    /// The step-up that the actor's team is to answer.
    fn to_answer(&self, named: Option<TransferId>, context: &Context<'_>) -> Result<TransferId, CaseRefusal> {
        let pending = self.pending(named)?;
        // A service that answers for social care belongs to no team.
        match (pending.receiving_team, context.actor.team) {
            (Some(asked), Some(own)) if asked != own => Err(CaseRefusal::NotReceivingTeam),
            _ => Ok(pending.id),
        }
    }

    pub(super) fn accept_step_up(&self, asked: &AcceptStepUp, context: &Context<'_>) -> Decision {
        let transfer = self.to_answer(asked.transfer, context)?;
        Ok(vec![StepUpAccepted { transfer, note: asked.note.clone() }.into()])
    }

    pub(super) fn decline_step_up(&self, asked: &DeclineStepUp, context: &Context<'_>) -> Decision {
        let transfer = self.to_answer(asked.transfer, context)?;
        Ok(vec![
            StepUpDeclined { transfer, reason: asked.reason.clone(), advice: asked.advice.clone() }.into(),
        ])
    }

    pub(super) fn withdraw_step_up(&self, asked: &WithdrawStepUp) -> Decision {
        let transfer = self.pending(asked.transfer)?.id;
        Ok(vec![StepUpWithdrawn { transfer, reason: asked.reason.clone() }.into()])
    }

    pub(super) fn receive_step_down(&self, asked: &ReceiveStepDown, context: &Context<'_>) -> Decision {
        let protocol = &context.authority.step_down_protocol;
        let given = known_items(asked.pack.iter().map(|item| &item.item), protocol, |nth| {
            format!("pack[{nth}].item")
        })?;
        let still_missing = |item: &&ProtocolItem| {
            let arrived_before =
                self.transfer.as_ref().is_some_and(|before| !before.missing.contains(&item.id));
            !given.contains(item.id.as_str()) && !arrived_before
        };
        let missing = protocol.iter().filter(still_missing).map(|item| item.id.clone()).collect();
        let transfer = match &self.transfer {
            Some(pending) => self.pending(asked.transfer.or(Some(pending.id)))?.id,
            None => self.new_transfer(asked.transfer, context)?,
        };
        let received_on = today(context);
        let days = context.authority.timescales.step_down_answer_working_days;
        let answer_due = match &self.transfer {
            Some(pending) => pending.answer_due,
            None => context.authority.calendar.add_working_days(received_on, days),
        };
        let ReceiveStepDown { from_team, reason, pack, .. } = asked.clone();
        Ok(vec![
            StepDownReceived { transfer, received_on, answer_due, from_team, reason, pack, missing }.into(),
        ])
    }

    pub(super) fn accept_step_down(&self, asked: &AcceptStepDown, context: &Context<'_>) -> Decision {
        let transfer = self.pending(asked.transfer)?.id;
        self.with_consent()?;
        if !context.authority.has_level(asked.level_of_need) {
            return Err(CaseRefusal::NoSuchLevel(asked.level_of_need));
        }
        let AcceptStepDown { level_of_need, reason, .. } = asked.clone();
        Ok(vec![StepDownAccepted { transfer, accepted_on: today(context), level_of_need, reason }.into()])
    }

    pub(super) fn query_step_down(&self, asked: &QueryStepDown, context: &Context<'_>) -> Decision {
        let pending = self.pending(asked.transfer)?;
        let path = |nth| format!("items[{nth}]");
        known_items(asked.items.iter(), &context.authority.step_down_protocol, path)?;
        let mut items = asked.items.iter().enumerate();
        if let Some((nth, item)) = items.find(|(_, item)| !pending.missing.contains(*item)) {
            return Err(CaseRefusal::ItemReceived { item: item.clone(), field: path(nth) });
        }
        let transfer = pending.id;
        Ok(vec![
            StepDownQueried { transfer, items: asked.items.clone(), question: asked.question.clone() }.into(),
        ])
    }
}
