//! The sheets and their columns. Source: the annex's guidance. Nothing is collected here for lists 4 to 11, which are of
//! statutory social care: they are sent with their headings, so that a reader of the whole workbook finds every sheet.

/// A sheet of the workbook.
#[derive(Clone, Copy, Debug)]
pub struct Sheet {
    /// Its name.
    pub name: &'static str,
    /// Its columns.
    pub columns: &'static [&'static str],
}

/// The first columns of every list of children.
macro_rules! of_children {
    ($($column:literal),* $(,)?) => {
        &["Child Unique ID", "Gender", "Ethnicity", "Date of Birth", "Age of Child (Years)", $($column),*]
    };
}

/// Contacts.
pub const CONTACTS: Sheet =
    Sheet { name: "List 1", columns: of_children!["Date of Contact", "Contact Source"] };

/// Early help.
pub const EARLY_HELP: Sheet = Sheet {
    name: "List 2",
    columns: of_children![
        "Assessment start date",
        "Assessment completion date",
        "Organisation completing assessment",
    ],
};

/// Referrals.
pub const REFERRALS: Sheet = Sheet {
    name: "List 3",
    columns: of_children![
        "Date of referral",
        "Referral Source",
        "Referral NFA?",
        "Number of Referrals in Last 12 Months",
        "Allocated Team",
        "Allocated Worker",
    ],
};

/// The lists of statutory social care, which have headings only.
pub const STATUTORY: [Sheet; 8] = [
    Sheet {
        name: "List 4",
        columns: of_children![
            "Does the Child have a Disability",
            "Continuous Assessment Start Date",
            "Child Seen During Continuous Assessment",
            "Continuous Assessment Date of Authorisation",
            "Was the child assessed as requiring LA children's social care support?",
            "Allocated Team",
            "Allocated Worker",
        ],
    },
    Sheet {
        name: "List 5",
        columns: of_children![
            "Does the Child have a Disability",
            "Strategy discussion initiating Section 47 Enquiry Start Date",
            "Was an Initial Child Protection Conference deemed unnecessary?",
            "Date of Initial Child Protection Conference",
            "Did the Initial Child Protection Conference Result in a Child Protection Plan",
            "Number of Section 47 Enquiries in the last 12 months",
            "Number of ICPCs in the last 12 months",
            "Allocated Team",
            "Allocated Worker",
        ],
    },
    Sheet {
        name: "List 6",
        columns: of_children![
            "Does the Child have a Disability",
            "CIN Start Date",
            "Primary Need Code",
            "Date Child Was Last Seen",
            "CIN Closure Date",
            "Reason for Closure",
            "Case Status",
            "Allocated Team",
            "Allocated Worker",
        ],
    },
    Sheet {
        name: "List 7",
        columns: of_children![
            "Does the Child have a Disability",
            "Child Protection Plan Start Date",
            "Initial Category of Abuse",
            "Latest Category of Abuse",
            "Date of the Last Statutory Visit",
            "Was the Child Seen Alone?",
            "Date of latest review conference",
            "Child Protection Plan End Date",
            "Subject to Emergency Protection Order or Protected Under Police Powers in Last Six Months (Y/N)",
            "Number of Previous Child Protection Plans",
            "Allocated Team",
            "Allocated Worker",
        ],
    },
    Sheet {
        name: "List 8",
        columns: of_children![
            "Unaccompanied Asylum Seeking Child (UASC) within the Last 12 Months (Y/N)",
            "Does the Child have a Disability",
            "Date Started to be Looked After",
            "Child's Category of Need",
            "Is this a second or subsequent period of being a Looked After Child within the last 12 months (Y/N)",
            "Start date of current legal status",
            "Child's Legal Status",
            "Date of Latest Statutory Review",
            "Date of Last Social Work Visit",
            "What is the permanence plan for this child?",
            "Date of Last IRO Visit / Contact to the Child",
            "Date of Last Health Assessment",
            "Date of Last Dental Check",
            "Number of Placements in the Last 12 months",
            "Date Ceased to be Looked After",
            "Reason Ceased to be Looked After",
            "Start Date of Most Recent Placement",
            "Placement Type",
            "Placement Provider",
            "Placement postcode",
            "URN of Placement",
            "Placement Location",
            "LA of Placement",
            "Number of Episodes the Child has been 'Missing' from their Placement in the last 12 months",
            "Number of Episodes the Child has been 'Absent' from their Placement in the last 12 months",
            "Was the child offered a Return Interview after their last missing episode (Y/N)?",
            "Did the child accept a Return Interview after their last missing episode (Y/N)?",
            "Allocated Team",
            "Allocated Worker",
        ],
    },
    Sheet {
        name: "List 9",
        columns: of_children![
            "Does the Child have a Disability",
            "Allocated Team",
            "Allocated Worker",
            "Eligibility Category",
            "LA in Touch",
            "Type of Accommodation",
            "Suitability of Accommodation",
            "Activity Status",
        ],
    },
    // The last two lists name the family second, and list 11 is of adopters, who have no date of birth on it.
    Sheet {
        name: "List 10",
        columns: &[
            "Child Unique ID",
            "Family identifier",
            "Gender",
            "Ethnicity",
            "Date of Birth",
            "Age of Child (Years)",
            "Does the Child have a Disability",
            "Date the Child Entered Care",
            "Date of Decision that Child Should be Placed for Adoption",
            "Date of Placement Order",
            "Date of Matching Child and Prospective Adopters",
            "Date Placed for Adoption",
            "Date of Adoption Order",
            "Date of Decision that Child Should No Longer be Placed for Adoption",
            "Reason Why Child No Longer Placed for Adoption",
            "Date the child was placed for fostering in FFA or concurrent planning placement",
        ],
    },
    Sheet {
        name: "List 11",
        columns: &[
            "Individual adopter identifier",
            "Family identifier",
            "Gender",
            "Ethnicity",
            "Disability",
            "Is the (prospective) adopter fostering for adoption?",
            "Date enquiry received",
            "Date Stage 1 started",
            "Date Stage 1 ended",
            "Date Stage 2 started",
            "Date Stage 2 ended",
            "Date application submitted",
            "Date application approved",
            "Date adopter matched with child(ren)",
            "Date child/children placed with adopter(s)",
            "No. of children placed",
            "Date of Adoption Order",
            "Date of leaving adoption process",
            "Reason for leaving adoption process",
        ],
    },
];

/// Every sheet, in order.
pub fn sheets() -> impl Iterator<Item = &'static Sheet> {
    [&CONTACTS, &EARLY_HELP, &REFERRALS].into_iter().chain(&STATUTORY)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Readers of the workbook find the age by these letters, so that no other column of a list that has one may hold
    /// them. The adopters of list 11 have no age there, and its stages keep their real names.
    #[test]
    fn the_age_is_found_by_its_letters_alone() {
        for sheet in sheets() {
            let found: Vec<_> =
                sheet.columns.iter().filter(|column| column.to_lowercase().contains("age")).collect();
            match sheet.name {
                "List 11" => assert!(found.iter().all(|column| column.starts_with("Date Stage"))),
                name => assert_eq!(found, [&"Age of Child (Years)"], "{name}"),
            }
        }
    }

    #[test]
    fn there_are_eleven_sheets_and_no_column_twice() {
        assert_eq!(sheets().count(), 11);
        for (number, sheet) in (1..).zip(sheets()) {
            assert_eq!(sheet.name, format!("List {number}"));
            let names: std::collections::BTreeSet<_> = sheet.columns.iter().collect();
            assert_eq!(names.len(), sheet.columns.len(), "{}", sheet.name);
        }
    }
}
