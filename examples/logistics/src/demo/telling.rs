//! Reorder rules, and what goes out: who gets it, a view, a report.

use chrono::{DateTime, NaiveTime, Utc};

use super::tables::{Tables, cell};
use crate::{
    StorageError, Writer,
    model::{
        Constants, ConstantsKey,
        forecast::ModelSettings,
        notify::{Column, Frequency, Recipient, Report, ReportKind, View},
    },
};

/// Adds what the tables say of these.
pub(super) async fn add_telling(db: &Writer, tables: &Tables, made: DateTime<Utc>) -> Result<(), StorageError> {
    for (variant, location, min, target, max) in tables.constants {
        let key = ConstantsKey {
            variant: cell(variant),
            location: (!location.is_empty()).then(|| cell(location)),
        };
        let constants = Constants {
            min: Some(*min),
            max: Some(*max),
            target: Some(*target),
            static_reorder_point: None,
        };
        db.save_constants(&key, constants).await?;
    }
    for (id, email, name) in tables.recipients {
        db.put_recipient(&Recipient {
            id: cell(id),
            email: cell(email),
            name: Some((*name).to_owned()),
        })
        .await?;
    }
    let (id, name, words) = tables.view;
    db.put_view(&View {
        search: Some(words.to_owned()),
        is_automatic: false,
        ..view(id, name, None)
    })
    .await?;
    let (id, name) = tables.report;
    let report = Report {
        id: cell(id),
        name: name.to_owned(),
        kind: ReportKind::ForecastViewSummary,
        view: Some(cell("view_all")),
        recipients: vec![cell(tables.recipients[0].0)],
        frequency: Frequency::Weekly,
        send_time: NaiveTime::from_hms_opt(7, 30, 0).unwrap_or_default(),
        is_enabled: true,
        last_sent_at: None,
        next_at: None,
        version: 1,
    };
    db.put_report(&report.scheduled(made)).await
}

/// A view of everything that a supplier delivers, or of everything.
pub(super) fn view(id: &str, name: &str, supplier: Option<&str>) -> View {
    View {
        id: cell(id),
        name: name.to_owned(),
        supplier: supplier.map(cell),
        search: None,
        columns: Column::EVERY.to_vec(),
        settings: ModelSettings::default(),
        stock_locations: Vec::new(),
        demand_locations: Vec::new(),
        is_automatic: true,
        version: 1,
    }
}
