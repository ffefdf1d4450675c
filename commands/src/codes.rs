//! The code lists of the children's social care census and of neighbouring standards.
//!
//! A code is written on the wire as the census writes it (`2A`), and named in Rust by what it means.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Declares a code list: the code as the standard writes it, our name for it, and what it means.
macro_rules! code_list {
    ($(#[$doc:meta])* $list:ident { $($code:literal $variant:ident $title:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        pub enum $list {
            $(#[doc = $title] #[serde(rename = $code)] $variant),+
        }

        impl $list {
            /// Every code, in the order of the list.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The code as the standard writes it.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            /// What the code means, in words for a page.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title),+ }
            }

            /// The code list's member with that code.
            pub fn from_code(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)+ _ => None }
            }
        }

        impl fmt::Display for $list {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.code())
            }
        }
    };
}

code_list! {
    /// Who asks for help for a family. Source: children in need census, referral source.
    ReferralSource {
        "1A" FamilyMember "Family member, relative or carer",
        "1B" Acquaintance "Acquaintance",
        "1C" SelfReferral "Self",
        "1D" OtherIndividual "Other individual",
        "2A" Schools "Schools",
        "2B" EducationServices "Education services",
        "3A" Gp "General practitioner",
        "3B" HealthVisitor "Health visitor",
        "3C" SchoolNurse "School nurse",
        "3D" OtherPrimaryHealth "Other primary health services",
        "3E" AccidentAndEmergency "Accident and emergency",
        "3F" OtherHealth "Other health services",
        "4" Housing "Housing",
        "5A" SocialCare "Local authority social care",
        "5B" OtherInternal "Local authority, other internal",
        "5C" External "Local authority, external",
        "5D" EarlyHelp "Local authority early help",
        "6" Police "Police",
        "7" OtherLegalAgency "Other legal agency",
        "8" Other "Other",
        "9" Anonymous "Anonymous",
        "10" Unknown "Unknown",
    }
}

code_list! {
    /// What a child needs help for. Source: children in need census, primary need.
    Need {
        "N1" AbuseOrNeglect "Abuse or neglect",
        "N2" ChildsDisability "Child's disability or illness",
        "N3" ParentalDisability "Parental disability or illness",
        "N4" FamilyInAcuteStress "Family in acute stress",
        "N5" FamilyDysfunction "Family dysfunction",
        "N6" SociallyUnacceptableBehaviour "Socially unacceptable behaviour",
        "N7" LowIncome "Low income",
        "N8" AbsentParenting "Absent parenting",
        "N9" OtherThanInNeed "Cases other than children in need",
        "N0" NotStated "Not stated",
    }
}

code_list! {
    /// What an assessment found to bear on the family; A of the child, B of a parent or carer, C of another person in
    /// the household. Source: children in need census, factors identified at the end of assessment.
    Factor {
        "1A" AlcoholChild "Alcohol misuse by the child",
        "1B" AlcoholParent "Alcohol misuse by a parent or carer",
        "1C" AlcoholOther "Alcohol misuse by another person in the household",
        "2A" DrugsChild "Drug misuse by the child",
        "2B" DrugsParent "Drug misuse by a parent or carer",
        "2C" DrugsOther "Drug misuse by another person in the household",
        "3A" DomesticViolenceChild "Domestic violence: the child is the subject",
        "3B" DomesticViolenceParent "Domestic violence: a parent or carer is the subject",
        "3C" DomesticViolenceOther "Domestic violence: another person in the household is the subject",
        "4A" MentalHealthChild "Mental health of the child",
        "4B" MentalHealthParent "Mental health of a parent or carer",
        "4C" MentalHealthOther "Mental health of another person in the household",
        "5A" LearningDisabilityChild "Learning disability of the child",
        "5B" LearningDisabilityParent "Learning disability of a parent or carer",
        "5C" LearningDisabilityOther "Learning disability of another person in the household",
        "6A" PhysicalDisabilityChild "Physical disability or illness of the child",
        "6B" PhysicalDisabilityParent "Physical disability or illness of a parent or carer",
        "6C" PhysicalDisabilityOther "Physical disability or illness of another person in the household",
        "7A" YoungCarer "Young carer",
        "8B" PrivatelyFosteredReturning "Privately fostered: child from overseas who intends to return",
        "8C" PrivatelyFosteredStaying "Privately fostered: child from overseas who intends to stay",
        "8D" PrivatelyFosteredForEducation "Privately fostered: UK child in an educational placement",
        "8E" PrivatelyFosteredByArrangement "Privately fostered: UK child in an alternative family arrangement",
        "8F" PrivatelyFosteredOther "Privately fostered: other",
        "9A" UnaccompaniedAsylumSeeker "Unaccompanied asylum-seeking child",
        "10A" GoingMissing "Going missing",
        "11A" SexualExploitation "Child sexual exploitation",
        "12A" Trafficking "Trafficking",
        "13A" Gangs "Gangs",
        "14A" SociallyUnacceptableBehaviour "Socially unacceptable behaviour",
        "15A" SelfHarm "Self-harm",
        "16A" Neglect "Neglect",
        "17A" EmotionalAbuse "Emotional abuse",
        "18B" PhysicalAbuseByChild "Physical abuse: child on child",
        "18C" PhysicalAbuseByAdult "Physical abuse: adult on child",
        "19B" SexualAbuseByChild "Sexual abuse: child on child",
        "19C" SexualAbuseByAdult "Sexual abuse: adult on child",
        "20" Other "Other",
        "21" None "No factors identified",
        "22A" FemaleGenitalMutilation "Female genital mutilation",
        "23A" FaithOrBelief "Abuse linked to faith or belief",
        "24A" CriminalExploitation "Child criminal exploitation",
    }
}

code_list! {
    /// Why statutory social care closed a child's episode. Source: children in need census, reason for closure.
    StatutoryClosure {
        "RC1" Adopted "Adopted",
        "RC2" Died "Died",
        "RC3" ResidenceOrder "Child arrangements order",
        "RC4" SpecialGuardianship "Special guardianship order",
        "RC5" MovedToAnotherAuthority "Transferred to the services of another authority",
        "RC6" MovedToAdultServices "Transferred to adult social care services",
        "RC7" OtherReason "Services ceased for any other reason, including that the child is no longer in need",
        "RC8" AssessedNoFurtherAction "Closed after assessment, no further action",
        "RC9" AssessedReferredToEarlyHelp "Closed after assessment, referred to early help",
    }
}

code_list! {
    /// A disability. Source: children in need census, disability.
    Disability {
        "NONE" None "None",
        "MOB" Mobility "Mobility",
        "HAND" HandFunction "Hand function",
        "PC" PersonalCare "Personal care",
        "INC" Incontinence "Incontinence",
        "COMM" Communication "Communication",
        "LD" Learning "Learning",
        "HEAR" Hearing "Hearing",
        "VIS" Vision "Vision",
        "BEH" Behaviour "Behaviour",
        "CON" Consciousness "Consciousness",
        "AUT" Autism "Autism or Asperger syndrome",
        "DDA" OtherUnderTheAct "Other disability under the Equality Act",
    }
}

code_list! {
    /// An ethnicity. Source: children in need census, ethnicity; Annex A letters them in this order.
    Ethnicity {
        "WBRI" WhiteBritish "White British",
        "WIRI" WhiteIrish "White Irish",
        "WIRT" TravellerOfIrishHeritage "Traveller of Irish heritage",
        "WOTH" WhiteOther "Any other White background",
        "WROM" GypsyRoma "Gypsy or Roma",
        "MWBC" WhiteAndBlackCaribbean "White and Black Caribbean",
        "MWBA" WhiteAndBlackAfrican "White and Black African",
        "MWAS" WhiteAndAsian "White and Asian",
        "MOTH" MixedOther "Any other Mixed background",
        "AIND" Indian "Indian",
        "APKN" Pakistani "Pakistani",
        "ABAN" Bangladeshi "Bangladeshi",
        "AOTH" AsianOther "Any other Asian background",
        "BCRB" BlackCaribbean "Black Caribbean",
        "BAFR" BlackAfrican "Black African",
        "BOTH" BlackOther "Any other Black background",
        "CHNE" Chinese "Chinese",
        "OOTH" OtherEthnicGroup "Any other ethnic group",
        "REFU" Refused "Refused to say",
        "NOBT" NotYetObtained "Information not yet obtained",
    }
}

code_list! {
    /// The area of life that a goal is about. Source: Supporting Families outcomes framework; the framework numbers its
    /// areas and gives them no codes, so these are our own.
    OutcomeArea {
        "education" Education "Getting a good education",
        "early-years" EarlyYears "Good early years development",
        "health" Health "Improved mental and physical health",
        "substance-use" SubstanceUse "Promoting recovery and reducing harm from substance use",
        "relationships" Relationships "Improved family relationships",
        "safe-from-exploitation" SafeFromExploitation "Children safe from abuse and exploitation",
        "crime" Crime "Crime prevention and tackling crime",
        "domestic-abuse" DomesticAbuse "Safe from domestic abuse",
        "housing" Housing "Secure housing",
        "finance" Finance "Financial stability",
    }
}

code_list! {
    /// How good practice was found to be, best first. Source: Ofsted's inspection judgements.
    AuditGrade {
        "outstanding" Outstanding "Outstanding",
        "good" Good "Good",
        "requires-improvement" RequiresImprovement "Requires improvement to be good",
        "inadequate" Inadequate "Inadequate",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_written_and_read_as_the_standard_has_it() {
        for source in ReferralSource::ALL {
            assert_eq!(ReferralSource::from_code(source.code()), Some(*source));
            assert_eq!(serde_json::to_value(source).unwrap(), source.code());
        }
        for factor in Factor::ALL {
            assert_eq!(Factor::from_code(factor.code()), Some(*factor));
        }
        assert_eq!(ReferralSource::from_code("2C"), None);
        assert_eq!((Factor::ALL.len(), Ethnicity::ALL.len(), Disability::ALL.len()), (42, 20, 13));
        assert_eq!(StatutoryClosure::from_code("RC9"), Some(StatutoryClosure::AssessedReferredToEarlyHelp));
    }
}

code_list! {
    /// A person's gender, as the person or whoever speaks for a child gives it. Source: Annex A, gender; the codes are
    /// our own, as the annex has letters alone.
    Gender {
        "male" Male "Male",
        "female" Female "Female",
        "not-stated" NotStated "Not stated or recorded",
        "neither" Neither "Neither",
    }
}
