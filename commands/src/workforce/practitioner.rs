//! The people who work with families.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{AgencyId, Checks, Command, Date, Personal, PractitionerId, TeamId};

/// A person who works with families is entered in the register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RegisterPractitioner {
    /// The practitioner's id, chosen by the sender.
    pub practitioner: PractitionerId,
    /// Their name.
    pub name: Personal<String>,
    /// The agency that employs them, registered before.
    pub agency: AgencyId,
    /// The team of that agency that they belong to, registered before.
    pub team: TeamId,
    /// Whether they manage other practitioners: sign off, authorise, supervise.
    #[serde(default)]
    pub is_manager: bool,
}

impl Command for RegisterPractitioner {
    fn check(&self, checks: &mut Checks) {
        checks.line("name", self.name.reveal());
    }

    fn example() -> Self {
        Self {
            practitioner: example_practitioner(),
            name: "Priya Nair".into(),
            agency: uuid::uuid!("0190a000-0000-7000-8000-0000000000a1").into(),
            team: uuid::uuid!("0190a000-0000-7000-8000-0000000000b1").into(),
            is_manager: false,
        }
    }
}

/// A practitioner works in another agency's team for a fixed time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordSecondment {
    /// Who is seconded.
    pub practitioner: PractitionerId,
    /// The agency that hosts them, registered before.
    pub host_agency: AgencyId,
    /// The team of that agency that they work in meanwhile.
    pub host_team: TeamId,
    /// The first day there.
    pub from: Date,
    /// The last day there.
    pub to: Date,
}

impl Command for RecordSecondment {
    fn check(&self, checks: &mut Checks) {
        checks.require(
            self.from <= self.to,
            "to",
            "secondment-ends-after-it-begins",
            "Give a last day that is not before the first.",
        );
    }

    fn example() -> Self {
        Self {
            practitioner: example_practitioner(),
            host_agency: uuid::uuid!("0190a000-0000-7000-8000-0000000000a1").into(),
            host_team: uuid::uuid!("0190a000-0000-7000-8000-0000000000b2").into(),
            from: jiff::civil::date(2017, 9, 1),
            to: jiff::civil::date(2018, 2, 28),
        }
    }
}

/// A practitioner finished a training, for example in the neglect toolkit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordTraining {
    /// Who was trained.
    pub practitioner: PractitionerId,
    /// The course's short name, the same for everyone who took it: `neglect-toolkit`.
    pub course: String,
    /// The day on which they finished it.
    pub completed_on: Date,
}

impl Command for RecordTraining {
    fn check(&self, checks: &mut Checks) {
        checks.short_name("course", &self.course);
    }

    fn example() -> Self {
        Self {
            practitioner: example_practitioner(),
            course: "neglect-toolkit".to_owned(),
            completed_on: jiff::civil::date(2017, 10, 12),
        }
    }
}

/// A practitioner stops working with families here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EndPractitioner {
    /// Who leaves.
    pub practitioner: PractitionerId,
    /// Their last day; it may lie ahead.
    pub last_day: Date,
}

impl Command for EndPractitioner {
    fn check(&self, _: &mut Checks) {}

    fn example() -> Self {
        Self { practitioner: example_practitioner(), last_day: jiff::civil::date(2018, 3, 30) }
    }
}

fn example_practitioner() -> PractitionerId {
    uuid::uuid!("0190a000-0000-7000-8000-0000000000c1").into()
}
