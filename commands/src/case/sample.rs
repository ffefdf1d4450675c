//! Invented ids that the examples share, so that they tell of one family.

use crate::{AgencyId, PersonId, PractitionerId, TeamId};

/// The child that help is asked for.
pub fn child() -> PersonId {
    uuid::uuid!("01890a5d-ac96-774b-bcce-b302099a8057").into()
}

/// The child's mother.
pub fn parent() -> PersonId {
    uuid::uuid!("01890a5d-ac96-774b-bcce-b302099a8058").into()
}

/// The early help practitioner who leads.
pub fn practitioner() -> PractitionerId {
    uuid::uuid!("01890a5d-ac96-774b-bcce-b302099a8060").into()
}

/// The locality's early help team.
pub fn team() -> TeamId {
    uuid::uuid!("01890a5d-ac96-774b-bcce-b302099a8061").into()
}

/// The agency that leads.
pub fn agency() -> AgencyId {
    uuid::uuid!("01890a5d-ac96-774b-bcce-b302099a8062").into()
}

/// The plan's goal.
pub fn goal() -> crate::GoalId {
    uuid::uuid!("01890a5d-ac96-774b-bcce-b302099a8063").into()
}

/// The plan's action.
pub fn action() -> crate::ActionId {
    uuid::uuid!("01890a5d-ac96-774b-bcce-b302099a8064").into()
}
