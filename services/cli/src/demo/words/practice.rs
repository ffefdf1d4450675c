//! What practitioners, managers, children and parents say in the course of the work.

use caseledger_commands::codes::{Need, OutcomeArea};

/// Something to work on with a family: a goal, its measure, the actions that serve it.
pub struct Aim {
    /// The area of life that it is about.
    pub area: OutcomeArea,
    /// The needs that it answers.
    pub needs: &'static [Need],
    /// The goal, in words that a family would use.
    pub goal: &'static str,
    /// How anyone can tell that it is met.
    pub measure: &'static str,
    /// What is done for it.
    pub actions: &'static [&'static str],
}

/// What families work on.
pub const AIMS: &[Aim] = &[
    Aim {
        area: OutcomeArea::Education,
        needs: &[Need::FamilyDysfunction, Need::AbuseOrNeglect, Need::SociallyUnacceptableBehaviour],
        goal: "{child} is in school every day and on time",
        measure: "Attendance at or above 95% over six weeks",
        actions: &[
            "Agree a morning routine and try it for two weeks",
            "Meet the attendance officer with mum at school",
            "Arrange a place at breakfast club",
        ],
    },
    Aim {
        area: OutcomeArea::EarlyYears,
        needs: &[Need::FamilyDysfunction, Need::ChildsDisability, Need::NotStated],
        goal: "Bedtimes are calm and at the same hour",
        measure: "Five calm evenings a week in the family's own diary",
        actions: &[
            "Work through the bedtime chart together on a home visit",
            "Borrow a sleep diary from the health visitor and keep it for a fortnight",
        ],
    },
    Aim {
        area: OutcomeArea::DomesticAbuse,
        needs: &[Need::FamilyInAcuteStress],
        goal: "The children no longer see or hear arguments between the adults",
        measure: "No police call-outs, and the children say that home feels calmer",
        actions: &[
            "Mum to meet the domestic abuse worker",
            "Agree a safety plan and a code word with each child",
            "Dad to start the respectful relationships programme",
        ],
    },
    Aim {
        area: OutcomeArea::Health,
        needs: &[Need::ParentalDisability, Need::FamilyInAcuteStress],
        goal: "Mum feels well enough to enjoy time with the children",
        measure: "Mum's own score of her week, out of ten, at each visit",
        actions: &[
            "Support the appointment with the GP",
            "Register for talking therapies",
            "A weekly hour for mum alone",
        ],
    },
    Aim {
        area: OutcomeArea::SafeFromExploitation,
        needs: &[Need::AbuseOrNeglect],
        goal: "The home is warm, clean and safe for small children",
        measure: "The home conditions checklist at each visit",
        actions: &[
            "Deep clean, with the community team's help",
            "Stair gate and cooker guard fitted",
            "Ask the landlord for the boiler repair in writing",
        ],
    },
    Aim {
        area: OutcomeArea::Crime,
        needs: &[Need::SociallyUnacceptableBehaviour],
        goal: "{child} has safe things to do and people to turn to",
        measure: "Two activities a week, and no reports of anti-social behaviour for eight weeks",
        actions: &[
            "Join the boxing club with the community support officer",
            "Six sessions of direct work on choices and friendships",
            "Meet the detached youth workers",
        ],
    },
    Aim {
        area: OutcomeArea::Housing,
        needs: &[Need::LowIncome, Need::AbsentParenting],
        goal: "The rent is paid and the family can stay",
        measure: "A payment plan that has been kept for three months",
        actions: &[
            "Money advice appointment",
            "Apply for the discretionary housing payment",
            "Meet the housing officer together",
        ],
    },
    Aim {
        area: OutcomeArea::Health,
        needs: &[Need::ChildsDisability],
        goal: "{child} feels understood and gets the help that the diagnosis calls for",
        measure: "{child}'s own wellbeing score at school",
        actions: &[
            "Book the family on to the autism workshop",
            "Agree a quiet place and a time-out card with school",
            "Chase the speech and language appointment",
        ],
    },
    Aim {
        area: OutcomeArea::Relationships,
        needs: &[Need::FamilyDysfunction, Need::FamilyInAcuteStress, Need::AbsentParenting],
        goal: "Parents hold the same line, kindly",
        measure: "Parents' score of how the week went, apart and together",
        actions: &[
            "Attend the parenting group, ten weeks",
            "Write the family's four rules together",
            "Weekly praise diary",
        ],
    },
    Aim {
        area: OutcomeArea::Relationships,
        needs: &[Need::ParentalDisability, Need::AbsentParenting],
        goal: "Nobody under eighteen cares for an adult alone",
        measure: "{child}'s hours of caring in a week, as {child} counts them",
        actions: &[
            "Refer for the young carers' group",
            "Ask adult social care for an assessment of mum's needs",
        ],
    },
    Aim {
        area: OutcomeArea::SubstanceUse,
        needs: &[Need::FamilyDysfunction],
        goal: "Alcohol no longer decides how the evening goes",
        measure: "Days without drinking, kept on dad's card",
        actions: &[
            "Dad to see the alcohol worker",
            "A plan for who looks after the children if there is a lapse",
        ],
    },
    Aim {
        area: OutcomeArea::Health,
        needs: &[Need::AbuseOrNeglect, Need::ChildsDisability, Need::LowIncome],
        goal: "Teeth, eyes and jabs are up to date",
        measure: "All appointments kept",
        actions: &["Register the family with the dentist", "Go along to the catch-up immunisation clinic"],
    },
];

/// What children say. `{other}` is somebody the child names.
pub const VOICES: &[&str] = &[
    "\"I like it when it's just me and mum and the telly's off.\" Worries most about the shouting at night.",
    "Drew the house with everyone in a different room. Said the best room would be the kitchen \"with all of us\".",
    "Said school is all right but mornings are \"mad\". Would like someone to wake them who isn't cross.",
    "Told me that {other} is the person to go to when things are bad, and that there should be a plan for that.",
    "\"I don't want to move again.\" Three houses in two years; has stopped unpacking the last box.",
    "Chose the bear card for dad, 'big but not always scary'. Wants dad to come to football.",
    "Feels left to look after the little ones and is tired of it, and does not want mum to know.",
    "\"People keep asking me the same things.\" Asked that we write it down once, properly.",
    "Showed me the calm corner and how the sand timer works. Proud of three gold cards this week.",
    "Would not talk at first; came round over the dog. Misses nan. Says nights are the worst.",
    "Says the lads at the shops are mates and that nobody at home asks where they have been.",
    "Three wishes: a bed, a lock on the bathroom, and for mum to laugh.",
    "Scored home four out of ten; it would be six \"if they talked to each other normal\".",
    "Is glad that somebody came. Asked whether we would still come when it gets better.",
    "Wants to see dad but not to carry messages. Would like that said to both of them.",
    "Talks freely about school and goes quiet about weekends. We agreed on a sign to use if it gets too much.",
];

/// How the youngest are heard.
pub const OBSERVED: &[&str] = &[
    "Too young to tell us. Settles for mum, startles at the door; played happily once the room was quiet.",
    "Observed at nursery and at home. Reaches for dad readily; few words yet; very taken with the toy kitchen.",
    "Watched closely over an hour: content on the floor with big sister, unsettled when voices rose.",
];

/// Why a child could not be heard.
pub const NOT_HEARD: &[&str] = &[
    "Away with grandparents for the whole of the assessment; a visit is arranged for the week they return.",
    "Mum asked that we wait until after the hospital appointment; to be revisited at the first review.",
    "Declined to speak with us twice. The school's learning mentor will try.",
    "Missed: three visits fell in school hours and the worker was then on leave. The manager has asked for it now.",
    "Living with dad in another town since the referral; contact with that school has been requested.",
];

/// What an assessment finds.
pub const ANALYSES: &[&str] = &[
    "The arguments are the centre of it: sleep, school and mum's health follow from them. There is warmth, and both parents can see the children's side when they are calm.",
    "Two years of losses, each dealt with alone. The family has skills and no slack; a small setback tips it over.",
    "Mum parents well when she is well. What is missing is a plan for the weeks when she is not, and someone who notices early.",
    "Neglect, by exhaustion rather than by indifference. The toolkit puts home conditions and supervision in the middle band, and health low. The older children carry too much.",
    "Behaviour outside the home is how {child} shows that nobody is in charge inside it. Parents want the same things and say them differently.",
    "A diagnosis without explanation has left everyone guessing. Routines that make sense of it will change the mood of the house.",
    "Poverty is the loudest need and hides the others. Once the arrears are settled there is time to look at bedtimes, and at dad's drinking.",
    "Grandparents give love and safety, and lack money, space and legal standing. Those can be had.",
];

/// What a visit, call or meeting was about.
pub const CONTACTS: &[&str] = &[
    "Home visit. Went through the week with the diary; two hard evenings, five better ones. Agreed what to try next.",
    "Direct work at school, session on feelings and where they sit in the body. Engaged well for forty minutes.",
    "Call with mum after the letter from the landlord. Explained it, agreed who rings whom.",
    "Visit with the health visitor. Weight is following the line again. Mum asked about nursery hours.",
    "Met dad at the centre. He spoke about his own childhood for the first time, and about what he wants to do otherwise.",
    "No answer at the door; saw the curtains move. Left a card, and rang later: they had forgotten, and we rebooked.",
    "School meeting: attendance up seven points, lateness unchanged. Agreed on a softer start on Mondays.",
    "Joint visit with the community support officer. He told {child} plainly what the next step would be, and offered the boxing club.",
    "Took the family to the food bank and to the money advice session. Forms sent.",
    "Short visit; mum low, children lively and fed. Agreed that nan comes on Thursdays. Rang the GP with mum's consent.",
    "Parenting session six, on praise. Tried it there and then with {child}, to some laughter.",
    "Call from the teacher: {child} disclosed nothing new but cried at register. Saw {child} the same afternoon.",
];

/// What reviews conclude.
pub const REVIEWS: &[&str] = &[
    "Mornings are better and everyone says so. The evenings have not moved; the plan turns to those.",
    "Good progress on three of the goals. Housing waits on others; the housing officer to come to the next one.",
    "Little progress. Two appointments missed and the group not started. Agreed to halve the plan and do it properly.",
    "The children describe a calmer home. Parents would like visits to become fortnightly.",
    "Slipped back after the holiday. No new risk; the plan goes on with two actions brought forward.",
    "Nearly there. One more review, with the school ready to carry on by itself.",
];

/// What managers decide, and why.
pub const OVERSIGHT: &[(&str, &str)] = &[
    (
        "Continue with the plan.",
        "Goals are moving, visits are regular, the children have been seen alone this month.",
    ),
    (
        "Bring the review forward.",
        "Two missed visits and a police notification within ten days: the plan should answer that.",
    ),
    (
        "Threshold considered: remains at targeted.",
        "Risk has not grown, the family works with us, and the network is holding.",
    ),
    (
        "Assessment to be finished this week.",
        "Past its date. What is missing is the youngest child's voice, and the school's part.",
    ),
    (
        "Prepare for closing.",
        "Scores have held over two reviews, and the school agrees to lead what remains.",
    ),
    (
        "Discuss stepping up with social care.",
        "Injuries are not explained well, and dad's account changes. Too much rests on mum's word.",
    ),
    (
        "See the children alone before the next supervision.",
        "The record tells a lot about the adults and little of the children.",
    ),
];

/// Why a case ends well.
pub const CLOSINGS: &[&str] = &[
    "Goals met or well on the way; the family knows whom to ring, and the school stays in touch.",
    "The family feels ready. Routines have held for three months, also through a hard patch.",
    "What remains is the business of school and the health visitor, who agree.",
];

/// Why a case ends otherwise.
pub const DISENGAGED: &[&str] = &[
    "The family withdrew after the assessment. Risk considered with the manager; not such as to override. The referrer knows.",
    "No contact for six weeks in spite of visits, calls and a letter. School will watch, and refer again if worried.",
];

/// What children say at the end.
pub const CHILD_CLOSING: &[&str] = &[
    "\"It's quieter. I sleep in my own bed now.\"",
    "Scored home eight out of ten; the two missing are for the dog that they may not have.",
    "\"You can stop coming. But maybe come once in summer.\"",
    "Says that mum and dad still argue, but \"they go in the yard\". Feels safe.",
    "Glad about the boxing club, and about not being the one who gets blamed first.",
];

/// What parents say at the end, and in feedback.
pub const PARENT_CLOSING: &[&str] = &[
    "I didn't want anyone in my house. Now I'd tell my sister to ring you.",
    "First time anybody asked what we were good at.",
    "You turned up when you said you would. That was most of it.",
    "It was a lot of meetings, but I only had to tell it the once.",
    "I thought you'd take the bairns off me. I was wrong about that.",
    "Some of it helped and some of it didn't. The mornings are better, I'll give you that.",
    "I wish it had been sooner. We waited a long while on the letter.",
];

/// What those who refer and those who work alongside say.
pub const PARTNER_FEEDBACK: &[&str] = &[
    "We heard within two days and were asked to the first meeting. That has not always been so.",
    "Nobody told us that the case had closed until the family did.",
    "The lead practitioner knows this family inside out, and the children ask for her.",
    "I hold the plan myself, and the team is a telephone call away. More confident than in spring.",
];

/// Risks named when a case is stepped up.
pub const STEP_UP_REASONS: &[&str] = &[
    "Two injuries in a month with accounts that do not fit. {child} now says that the step-father did it.",
    "Mum has let him back in despite the safety plan, and the children were present on Saturday night.",
    "Home conditions are worse than at the start, after six months of agreed work. The toolkit now scores in the lowest band.",
    "{child} has been missing overnight four times in three weeks, with an older man's number on the phone.",
    "Mum took an overdose on Sunday with the children in the house.",
];

/// Why social care sent one back.
pub const DECLINES: &[&str] = &[
    "Threshold not met on what is written here; the risk is known and the family is working with you. Advise a review with police present.",
    "The pack has no chronology, and the last visit to the children was six weeks ago. Please see them, and ask again with both.",
    "This reads as drift rather than as a change of risk. Advise a fresh assessment of neglect with the toolkit.",
];

/// Names of those a child may turn to.
pub const TRUSTED: &[&str] =
    &["nan", "Mrs Lowther at school", "big sister", "the lollipop man", "auntie Bev", "grandad"];
