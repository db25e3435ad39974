//! The HTML of reports in a real browser: that it draws what the data says, and does what it is told by mouse and keys.
//!
//! Without `chromium` and `chromedriver` on the `PATH` the tests are ignored; with `MAELSTROM_BROWSER=required` they fail.
//!
//! What a page shows is compared with what is counted here from the same data, not with what it showed before.

#![allow(clippy::unwrap_used)]

#[path = "../place/mod.rs"]
mod place;
#[path = "../serving/mod.rs"]
mod serving;
#[path = "../shown_runs/mod.rs"]
mod shown_runs;
#[path = "../webdriver/mod.rs"]
mod webdriver;

mod evidence;
mod expected;
mod following;
mod hostile;
mod listing;
mod opening;
mod page;
mod reading;
mod showing;
mod values;

use std::{
    env,
    sync::{Arc, LazyLock},
};

use libtest_mimic::{Arguments, Trial};

use crate::webdriver::{Driver, Programs};

/// The tests of these functions, under their names and those of their modules.
macro_rules! tests {
    ($($module:ident::$name:ident),* $(,)?) => {
        [$((concat!(stringify!($module), "::", stringify!($name)), $module::$name as fn(&Driver))),*]
    };
}

fn main() {
    if env::var_os("NODE_UNDER_TEST").is_some() {
        return maelstrom::run::<shown_runs::Gossips>().unwrap();
    }
    let tests = tests![
        opening::every_report_opens_from_disk_and_its_console_is_silent,
        opening::drawings_have_a_mark_for_everything_in_the_data,
        opening::drawings_are_painted,
        opening::a_report_of_processes_opens,
        showing::filters_leave_the_messages_that_pass_them,
        showing::keys_zoom_around_the_middle_and_pan_by_an_eighth,
        showing::the_wheel_zooms_around_the_pointer,
        showing::dragging_takes_the_time_along,
        showing::a_time_that_is_typed_is_shown_and_the_whole_run_comes_back,
        following::an_operation_marks_exactly_the_messages_that_it_caused,
        following::what_was_sent_for_an_operation_is_told_in_order,
        following::only_what_is_followed_is_shown_if_one_asks_for_it,
        following::a_value_shows_its_way,
        following::the_pointer_tells_what_it_is_on_and_a_click_follows_it,
        following::what_is_drawn_of_an_operation_can_be_clicked,
        evidence::an_invalid_run_opens_where_it_went_wrong,
        evidence::the_evidence_is_listed_and_leads_to_its_operations,
        evidence::a_circle_of_transactions_is_drawn,
        evidence::the_last_states_of_a_register_are_told,
        evidence::what_is_remarkable_of_evidence_is_told,
        showing::the_list_has_the_operations_that_are_shown,
        showing::messages_are_listed_and_found_by_what_they_have,
        showing::types_are_counted_with_what_became_of_them,
        values::a_lost_value_has_its_way_with_what_stopped_it,
        values::the_messages_of_a_value_are_counted_for_each_node,
        values::another_value_stands_beside_the_lost_one,
        values::the_fault_is_named_that_stopped_a_message,
        values::a_read_tells_what_it_lacks,
        values::quantiles_tell_of_how_many_values_they_are,
        values::the_list_of_values_begins_with_those_that_got_lost,
        showing::states_are_shown_on_the_lines_of_nodes,
        showing::a_run_that_goes_on_stays_where_one_looks,
        reading::the_keyboard_reaches_everything,
        reading::n_and_p_step_through_operations,
        reading::nothing_is_wider_than_a_telephone,
        reading::all_text_has_contrast_in_light_and_in_dark,
        hostile::what_nodes_answer_stays_text,
        hostile::what_a_stored_run_says_stays_text,
        hostile::much_and_deep_is_borne,
        hostile::a_timeline_stays_text,
        listing::runs_are_listed_filtered_sorted_and_opened,
    ];
    let programs = Programs::find();
    let is_required = env::var_os("MAELSTROM_BROWSER").is_some_and(|value| value == "required");
    let is_ignored = !is_required && programs.is_err();
    if let (true, Err(missing)) = (is_ignored, &programs) {
        println!("ignored, as there is {missing}; with MAELSTROM_BROWSER=required that is a failure");
    }
    // One for all, as soon as a test asks for it.
    let driver =
        Arc::new(LazyLock::new(move || Driver::start(&programs?).map_err(|error| error.to_string())));
    let trials = tests.map(|(name, test)| {
        let driver = Arc::clone(&driver);
        let run = move || {
            test(driver.as_ref().as_ref().map_err(|missing| format!("there is {missing}"))?);
            Ok(())
        };
        Trial::test(name, run).with_ignored_flag(is_ignored)
    });
    let conclusion = libtest_mimic::run(&Arguments::from_args(), trials.into());
    drop(driver);
    conclusion.exit();
}
