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
        "asking-well",
        "purchase-orders",
        "receiving",
        "transfers",
        "stock-takes",
        "returns",
        "suppliers-and-credits",
        "inventory",
        "forecast-and-reordering",
        "reorder-rules",
        "reports-and-notifications",
        "products-and-variants",
        "plan-and-preferences",
        "lists-and-search",
        "showing-results",
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

const PROMPTS: [Prompt; 7] = [
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
    Prompt {
        name: "order_what_is_due",
        title: "Order what is due",
        description: "Drafts of purchase orders for what reaches its reorder point, after a dry run.",
        arguments: &[LOCATION, SUPPLIER],
        text: "Make drafts of purchase orders to {location} for everything that is due to be reordered, one for each supplier.\n\
               Only of {supplier}.\n\
               Show me a dry run first, as a table with quantities and costs, and what open orders have on their way already. \
               Send nothing to a supplier before I say so.",
    },
    Prompt {
        name: "fill_up_a_location",
        title: "Fill up a location",
        description: "A transfer of what is short at one location and lies at another.",
        arguments: &[
            PromptArgument {
                name: "from",
                description: "The location to take from, by name.",
                is_required: true,
                entity: None,
            },
            PromptArgument {
                name: "to",
                description: "The location to fill up, by name.",
                is_required: true,
                entity: None,
            },
        ],
        text: "What is short at {to}, by its reorder rules or because it is sold out, that {from} can spare? Count what is on its \
               way already.\n\
               Show me a transfer from {from} to {to} as a dry run, and send it when I agree.",
    },
    Prompt {
        name: "send_goods_back",
        title: "Send goods back to a supplier",
        description: "A return of units of a purchase order, with what the supplier should credit.",
        arguments: &[
            ORDER,
            PromptArgument {
                name: "goods",
                description: "What goes back and why, such as: 2 oak boards, broken on the way.",
                is_required: true,
                entity: None,
            },
        ],
        text: "These go back to the supplier of purchase order {order}: {goods}.\n\
               Look the lines up, choose reason and condition from the store's own words, and ask me where it is not clear. Show \
               me the return with its value as a dry run, and whether the units leave stock now. Change nothing before I say so.",
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
