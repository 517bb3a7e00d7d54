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
        "bills-of-materials",
        "sub-assemblies",
        "buildable-and-sellable",
        "raw-materials",
        "virtual-materials",
        "stock-and-shelves",
        "costs",
        "orders-and-returns",
        "switches-and-settings",
        "products-and-variants",
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

const BOM: PromptArgument = PromptArgument {
    name: "bom",
    description: "The finished good: the name, SKU or id of its bill of materials.",
    is_required: true,
    entity: Some("boms"),
};

const LOCATION: PromptArgument = PromptArgument {
    name: "location",
    description: "A location by name. All of them if left out.",
    is_required: false,
    entity: None,
};

const PROMPTS: [Prompt; 7] = [
    Prompt {
        name: "what_can_we_build",
        title: "What can we build now?",
        description: "Which finished goods can be built from what is there, and what limits each.",
        arguments: &[LOCATION],
        text: "Which finished goods can we build right now, how many of each, and which component limits each?\n\
               Look at {location} only.\n\
               Show a table, the fewest first, and name what to buy to build ten more of the first three.",
    },
    Prompt {
        name: "what_limits",
        title: "What limits this product?",
        description: "Why no more of one finished good can be built, down through its sub-assemblies.",
        arguments: &[BOM, LOCATION],
        text: "How many of {bom} can be built and sold, and what limits it, down through its sub-assemblies?\n\
               Look at {location} only.\n\
               Say what would have to be bought for twenty more.",
    },
    Prompt {
        name: "unused_materials",
        title: "Which raw materials are in no bill of materials?",
        description: "Raw materials that nothing is made of, with what they tie up.",
        arguments: &[],
        text: "Which raw materials are used in no bill of materials and no sub-assembly?\n\
               For each, tell the stock on hand and what it cost, the dearest first.",
    },
    Prompt {
        name: "new_bom",
        title: "Build a bill of materials",
        description: "Registers what is needed and makes a bill of materials from a description.",
        arguments: &[
            PromptArgument {
                name: "product",
                description: "The finished good, by name or SKU.",
                is_required: true,
                entity: None,
            },
            PromptArgument {
                name: "components",
                description: "What one of it is made of, such as: 1 oak plate, 4 screws M4, 0.5 m cable.",
                is_required: true,
                entity: None,
            },
        ],
        text: "Make a bill of materials for {product}. One of it is made of: {components}.\n\
               Look the components up first, and ask me where a name fits several. Show me a dry run before you change \
               anything.",
    },
    Prompt {
        name: "stock_everywhere",
        title: "Where is it, and how much?",
        description: "What of one component is on hand at each location.",
        arguments: &[PromptArgument {
            name: "material",
            description: "The component: a raw material by name, SKU or id.",
            is_required: true,
            entity: Some("raw_materials"),
        }],
        text: "How much of {material} is on hand at each location, and which bills of materials need it?",
    },
    Prompt {
        name: "count_stock",
        title: "Enter what was counted",
        description: "Sets counts of materials and shelves from a list, after a dry run.",
        arguments: &[
            PromptArgument {
                name: "location",
                description: "Where it was counted, by name.",
                is_required: true,
                entity: None,
            },
            PromptArgument {
                name: "counts",
                description: "What was counted, such as: 120.5 m textile cable, 7 lamp heads, 3 desk lamps ready.",
                is_required: true,
                entity: None,
            },
        ],
        text: "We counted at {location}: {counts}.\n\
               Look each up, and ask me where a name fits several. Show me a dry run with the counts before and after, and \
               apart from it what the shop platform keeps and cannot be set here. Set nothing before I say so.",
    },
    Prompt {
        name: "replace_component",
        title: "Replace a component everywhere",
        description: "Puts one raw material in the place of another in every bill of materials and sub-assembly.",
        arguments: &[
            PromptArgument {
                name: "old",
                description: "The component to replace: a raw material by name, SKU or id.",
                is_required: true,
                entity: Some("raw_materials"),
            },
            PromptArgument {
                name: "new",
                description: "What takes its place: a raw material by name, SKU or id.",
                is_required: true,
                entity: Some("raw_materials"),
            },
        ],
        text: "Replace {old} by {new} in every bill of materials and sub-assembly that uses it, with the same quantities.\n\
               Show me where it is used, what each would cost and how many could be built, before and after, from a dry \
               run. Change nothing before I say so.",
    },
];

const ENTITIES: [Entity; 3] = [
    Entity {
        name: "boms",
        title: "Bill of materials",
        description: "One bill of materials with its components, settings and costs, as JSON.",
        read: "boms.get",
        id: "bomId",
        list: "boms.list",
    },
    Entity {
        name: "sub_assemblies",
        title: "Sub-assembly",
        description: "One sub-assembly with its components and where it is used, as JSON.",
        read: "sub_assemblies.get",
        id: "subAssemblyId",
        list: "sub_assemblies.list",
    },
    Entity {
        name: "raw_materials",
        title: "Raw material",
        description: "One raw material with its unit, cost and stock, as JSON.",
        read: "raw_materials.get",
        id: "variantId",
        list: "raw_materials.list",
    },
];
