use super::*;

fn letter() -> Cohort {
    Cohort::plan(2017, 1000, &Calendar::default())
}

#[test]
fn the_letters_figures_follow_from_the_plan_of_any_seed() {
    for seed in [2017, 1, 42] {
        let cohort = Cohort::plan(seed, 1000, &Calendar::default());
        assert_eq!(cohort.open_on(date(2017, 4, 30)), 252, "seed {seed}");
        assert_eq!(cohort.open_on(date(2017, 12, 31)), 646, "seed {seed}");
        let (plans, partner_led) = cohort.plans_on(date(2017, 12, 31));
        assert_eq!(partner_led * 100, plans * 15, "seed {seed}: {partner_led} of {plans}");
        assert!(plans > 300, "seed {seed}: {plans}");
    }
}

#[test]
fn a_smaller_and_a_larger_authority_have_their_share() {
    for (permille, april, december) in [(50, 13, 32), (100, 25, 65), (3000, 756, 1938)] {
        let cohort = Cohort::plan(2017, permille, &Calendar::default());
        assert_eq!(cohort.open_on(date(2017, 4, 30)), april);
        assert_eq!(cohort.open_on(date(2017, 12, 31)), december);
    }
}

#[test]
fn referrals_come_from_where_they_come_from_elsewhere() {
    let cohort = letter();
    let year = || cohort.episodes.iter().filter(|episode| episode.referred >= FIRST_DAY);
    let of = |source| {
        let permille = year().filter(|episode| episode.source == source).count() * 1000 / year().count();
        (permille + 5) / 10
    };
    assert_eq!(of(ReferralSource::Police), 28);
    assert_eq!(of(ReferralSource::Schools), 21);
}

#[test]
fn about_22_percent_of_referrals_are_of_families_who_were_here_before() {
    let cohort = letter();
    let mut seen = std::collections::BTreeSet::new();
    let (mut repeats, mut all) = (0, 0);
    for episode in &cohort.episodes {
        let known = !seen.insert(episode.family);
        if episode.referred >= FIRST_DAY {
            all += 1;
            repeats += usize::from(known);
        }
    }
    let percent = repeats * 100 / all;
    assert!((21..=23).contains(&percent), "{repeats} of {all}");
}

#[test]
fn assessments_take_about_33_working_days_with_a_tail_past_45() {
    let cohort = letter();
    let days = Days::of(&Calendar::default());
    let lengths: Vec<_> = cohort
        .episodes
        .iter()
        .filter_map(Episode::help)
        .filter(|help| !help.imported)
        .map(|help| days.between(help.assessment.started, help.assessment.completed))
        .collect();
    let mean = lengths.iter().sum::<i32>() / i32::try_from(lengths.len()).unwrap();
    assert!((31..=35).contains(&mean), "{mean}");
    let late = lengths.iter().filter(|length| **length > 45).count() * 100 / lengths.len();
    assert!((9..=18).contains(&late), "{late}%");
}

#[test]
fn no_family_is_helped_twice_at_a_time_and_every_day_is_in_order() {
    let cohort = letter();
    let mut until = std::collections::BTreeMap::new();
    for episode in &cohort.episodes {
        let Some(help) = episode.help() else { continue };
        let free = until.insert(episode.family, help.end.map_or(Date::MAX, |end| end.closed));
        assert!(free.is_none_or(|day| day <= episode.referred), "{episode:?}");
        let Assessment { started, completed, authorised, .. } = help.assessment;
        assert!(episode.referred <= help.accepted, "{episode:?}");
        assert!(started <= completed && completed <= authorised, "{episode:?}");
        if let (Some(plan), Some(end)) = (help.plan, help.end) {
            assert!(authorised <= plan && plan < end.closed, "{episode:?}");
        }
    }
}

#[test]
fn nothing_happens_on_days_on_which_nobody_works() {
    let calendar = Calendar::default();
    let cohort = letter();
    for episode in &cohort.episodes {
        assert!(calendar.is_working_day(episode.referred), "{episode:?}");
        if let Some(end) = episode.ended() {
            assert!(calendar.is_working_day(end) && end <= LAST_DAY, "{episode:?}");
        }
    }
    assert!(cohort.panels.iter().all(|day| calendar.is_working_day(*day)));
    assert_eq!(cohort.panels.len(), 26);
}
