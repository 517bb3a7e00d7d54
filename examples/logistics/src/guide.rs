//! What the product says beside its operations: its documentation, the questions people ask most, and the things that
//! have addresses.

use latchstring::{Entity, Guide, Prompt, PromptArgument};

macro_rules! pages {
    ($guide:ident: $($slug:literal),+ $(,)?) => {
        $($guide.page($slug, include_str!(concat!("../pages/", $slug, ".md")));)+
    };
}

pub(crate) fn fill(guide: &mut Guide) {
    pages!(guide:
        "overview",
        "purchase-orders",
        "receiving",
        "transfers",
        "stock-takes",
        "returns",
        "suppliers-and-credits",
        "inventory",
        "forecast-and-reordering",
        "reports-and-notifications",
        "changing-data-safely",
        "limits-and-errors",
    );
    for prompt in PROMPTS {
        guide.prompt(prompt);
    }
    for entity in ENTITIES {
        guide.entity(entity);
    }
}

const SUPPLIER: PromptArgument = PromptArgument {
    name: "supplier",
    description: "A supplier by name. All of them if left out.",
    is_required: false,
    entity: None,
};

const ORDER: PromptArgument = PromptArgument {
    name: "order",
    description: "The purchase order: its number or id.",
    is_required: true,
    entity: Some("purchase-orders"),
};

const LOCATION: PromptArgument = PromptArgument {
    name: "location",
    description: "A location by name.",
    is_required: true,
    entity: None,
};

const PROMPTS: [Prompt; 4] = [
    Prompt {
        name: "what_to_reorder",
        title: "What should we reorder?",
        description: "What runs out, when to order it, from whom and how much.",
        arguments: &[SUPPLIER],
        text: "What should we reorder in the next two weeks: which variants, from which supplier, how many, and why?\n\
               Look at {supplier} only.\n\
               Take the forecast and what is on its way into account. Do not order anything yet.",
    },
    Prompt {
        name: "what_is_late",
        title: "What is late?",
        description: "Open purchase orders whose delivery date has passed.",
        arguments: &[SUPPLIER],
        text: "Which open purchase orders are late, by how many days, and what is still to come on each?\n\
               Look at {supplier} only.",
    },
    Prompt {
        name: "receive_a_delivery",
        title: "Receive a delivery",
        description: "Goes through a purchase order line by line and receives what came.",
        arguments: &[ORDER],
        text: "A delivery for purchase order {order} has come. Show me its lines with what is still to come, ask me what came of \
               each, show me what would change with a dry run, and receive it when I agree.",
    },
    Prompt {
        name: "count_a_location",
        title: "Count a location",
        description: "Prepares a stock take of a location.",
        arguments: &[LOCATION],
        text: "Prepare a stock take of {location}: make it, start it, and give me a list of what to count, by title.",
    },
];

const ENTITIES: [Entity; 5] = [
    Entity {
        name: "purchase-orders",
        title: "Purchase order",
        description: "A purchase order with its sums and units.",
        read: "purchase_orders.get",
        id: "purchaseOrderId",
        list: "purchase_orders.list",
    },
    Entity {
        name: "transfer-orders",
        title: "Transfer order",
        description: "A transfer from one location to another.",
        read: "transfer_orders.get",
        id: "transferOrderId",
        list: "transfer_orders.list",
    },
    Entity {
        name: "return-orders",
        title: "Return to a supplier",
        description: "A return to a supplier.",
        read: "return_orders.get",
        id: "returnOrderId",
        list: "return_orders.list",
    },
    Entity {
        name: "stock-takes",
        title: "Stock take",
        description: "A count of what lies at a location.",
        read: "stock_takes.get",
        id: "stockTakeId",
        list: "stock_takes.list",
    },
    Entity {
        name: "suppliers",
        title: "Supplier",
        description: "Somebody who delivers.",
        read: "suppliers.get",
        id: "supplierId",
        list: "suppliers.list",
    },
];
