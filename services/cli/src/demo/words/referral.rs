//! Why families are referred, in the words of those who refer.

use caseledger_commands::codes::Need;

/// What someone who refers might begin with. `{child}` is the first child's given name.
pub const OPENINGS: &[&str] = &[
    "We have known {child} since the autumn and have become more worried over the past few weeks.",
    "{child} came to our notice again on Tuesday.",
    "I am writing because what we can offer {child} ourselves is no longer enough.",
    "This follows a conversation with {child}'s mum, who agreed that I should ask for help.",
    "{child} and the younger ones have been on our radar for some time.",
    "Officers attended the home address and spoke with everyone present, including {child}.",
    "The family moved here over the summer and have no relatives nearby.",
    "There have been three separate concerns about {child} this half-term, each minor by itself.",
    "{child}'s grandmother rang, and then came in to see us.",
    "At the routine check {child}'s mum was tearful and said she was at the end of her tether.",
    "Mum asked for help herself and would like somebody who can come in the evenings.",
    "{child} told a member of staff something that we think should not wait.",
];

/// What worries, for a need.
pub const fn worries(need: Need) -> &'static [&'static str] {
    match need {
        Need::AbuseOrNeglect => &[
            "Clothes are often unwashed and too small, and he has come without a coat through most of the cold spell.",
            "The house was cold, with little food in, and the children were sharing one bare mattress.",
            "Dental appointments have been missed four times and two teeth are visibly decayed.",
            "The children are regularly collected late, by different adults, and are hungry when they arrive.",
            "Head lice have gone untreated for months and other children have begun to keep away.",
            "Younger ones were seen out on the main road after nine at night without an adult.",
        ],
        Need::ChildsDisability => &[
            "The diagnosis of autism is recent and nobody has yet explained it to the family in a way that helps.",
            "Sleep is three or four hours a night, and the whole house is exhausted by it.",
            "Seizures are not well controlled, and the parents are afraid to leave the child with anybody.",
            "Speech is well behind, and the waiting list for therapy stands at seven months.",
        ],
        Need::ParentalDisability => &[
            "Mum's depression has come back, and some mornings she cannot get up to see the children off.",
            "Dad is recovering from a stroke and {child} does most of the shopping, cooking and lifting.",
            "Mum has multiple sclerosis, and what she can do changes from one day to the next.",
            "There have been two admissions for mum's mental health this year, with an aunt minding the children.",
        ],
        Need::FamilyInAcuteStress => &[
            "The parents separated in a bitter way, and the children carry messages between the two houses.",
            "Police were called to a verbal argument between the adults; the children were upstairs and heard it.",
            "A grandparent who held everything together died in the spring.",
            "There is a notice to leave the house at the end of next month, and nowhere to go.",
            "This is the third domestic incident since Christmas. No injuries, but the youngest was very distressed.",
            "The family has been in one room of a guest house since the fire.",
        ],
        Need::FamilyDysfunction => &[
            "There are no routines: bedtimes vary between seven and midnight and mealtimes hardly exist.",
            "The parents disagree on every boundary, loudly, and {child} has learned to play one against the other.",
            "Arguments between {child} and the step-father end with {child} staying out, sometimes overnight.",
            "The eldest has begun to hit mum, who is ashamed of it and has told nobody until now.",
            "Dad's drinking has become daily and the older ones cover for him.",
        ],
        Need::SociallyUnacceptableBehaviour => &[
            "{child} was with a group who broke windows at the community centre, the third time this month.",
            "Neighbours report eggs, stones and shouting; the landlord has sent a first warning.",
            "{child} has been excluded twice for fighting and faces a managed move.",
            "Cannabis was found in a school bag; {child} would not say whose it was.",
            "{child} was found at the retail park at one in the morning with much older young people.",
        ],
        Need::LowIncome => &[
            "Benefits were stopped after a missed appointment, and the family has used the food bank three times.",
            "The meter is in emergency credit most weeks, and uniform has not been replaced.",
            "Rent arrears have passed nine hundred pounds, and dad's hours have been cut again.",
        ],
        Need::AbsentParenting => &[
            "Mum is in hospital, and a neighbour has been looking after the children informally.",
            "Dad began a prison sentence in the spring, and an older sister of nineteen is managing the home.",
            "The grandparents have cared for the children for a year without any formal arrangement or money.",
        ],
        Need::OtherThanInNeed | Need::NotStated => &[
            "The family asks for advice on activities and on managing behaviour at bedtime.",
            "A short conversation with a family worker might be all that is needed.",
            "The notification gives few details; the family should be asked what would help.",
        ],
    }
}

/// What has been tried.
pub const TRIED: &[&str] = &[
    "We have offered breakfast club and a key worker, which helped for about a month.",
    "Two meetings in school were agreed and missed.",
    "A parenting course was offered; mum went to the first evening and found the group too large.",
    "The health visitor has seen them weekly and given all the advice she can.",
    "The attendance officer has visited three times; the last time nobody came to the door.",
    "The family solved a similar patch two years ago with help from the children's centre.",
    "Nothing has been tried so far beyond talking to us.",
    "Victim support was offered and declined; mum said she might think again.",
    "A referral for counselling is in, with a wait of five months.",
    "The landlord has agreed to hold off if the family takes support.",
];

/// What is hoped for.
pub const HOPES: &[&str] = &[
    "Mum would welcome someone who comes to the house.",
    "Could somebody hold all of this together, so that the family need not tell the story again to each of us?",
    "We would gladly be part of a plan and can host the meetings.",
    "What {child} wants most is for the shouting to stop.",
    "We think that a whole-family look is needed, not just the school side.",
    "Both parents agree to this and to sharing information with school and health.",
    "A quick response would help while the family is asking.",
];

/// Why the decision on a referral was to help early.
pub const ACCEPTED: &[&str] = &[
    "Several needs at once across home and school; one plan with one worker will serve better than separate offers.",
    "Parents ask for help and agree to it. Needs are targeted, and no information suggests significant harm.",
    "Earlier single-agency help did not hold. A whole-family assessment is the proportionate next step.",
    "Repeated low-level police notifications: the pattern, more than any one incident, needs an early response.",
    "Threshold for social care considered and not met; the risks are known and can be worked with by agreement.",
    "The children's experience is worsening month by month, and the family is willing. Early help now.",
    "School and health agree with the picture; a lead practitioner is needed to hold the network together.",
];

/// Why the decision was that universal services can meet the need.
pub const UNIVERSAL: &[&str] = &[
    "Needs can be met by school and the health visitor; advice given, and the door left open.",
    "The parenting course and the children's centre fit what the family asks for.",
    "A single worry, already being dealt with well by the school's pastoral team.",
    "The family would like activities and advice and nothing more at present.",
];

/// Why the decision was to do nothing further.
pub const NO_ACTION: &[&str] = &[
    "Family declined support after a full conversation; no risk that would override that. Referrer advised.",
    "The notification concerned an adult of a different household; the children were not present and do not live there.",
    "Already resolved by the time of the call: the family have been rehoused and the school reports no worries.",
    "Three calls, a letter and a visit brought no answer. No risk known; the referrer agrees to come back if worried.",
];

/// Why nothing new is opened for a family who is being helped already.
pub const ALREADY_OPEN: &[&str] = &[
    "The family already has an open early help case; the notification has gone to the lead practitioner today.",
    "Duplicate of a current case. Information added to what the lead practitioner knows; no second plan.",
];

/// Why the decision was that statutory social care is needed.
pub const STEPPED_UP: &[&str] = &[
    "Information from police and health together suggests risk of significant harm. Passed to social care the same day.",
    "A child has described being hit with an object. Threshold for social care met.",
];

/// Why the family is another authority's.
pub const ELSEWHERE: &[&str] = &[
    "The family moved across the boundary last week; passed on with the family's agreement.",
    "Home address is in the neighbouring authority; their front door has taken it.",
];

/// How referrers hear.
pub const TOLD_BY: &[&str] = &["telephone", "secure email", "letter", "the referral portal"];

/// What is asked when a referral says too little.
pub const QUESTIONS: &[&str] = &[
    "Please say who lives in the home and who has parental responsibility.",
    "Has the family agreed to this referral, and who asked them?",
    "What has school tried so far, and with what result?",
    "Which officer attended, and did they see the children?",
];

/// What comes back.
pub const ANSWERS: &[&str] = &[
    "Mum, her partner and the three children live there; dad sees them on Sundays. Mum has parental responsibility.",
    "Mum agreed on the telephone this morning and will tell dad herself.",
    "Breakfast club, a report card and two meetings. Attendance rose for three weeks and then fell back.",
    "The beat officer attended and saw both children, who were in their pyjamas and settled.",
];
