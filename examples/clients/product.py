"""What is a product's own. The checks in this folder are the same for every product; which one it is, the binary's name says."""

from dataclasses import dataclass
from pathlib import Path

# What the writing checks make.
MADE = "Made by the client check"


@dataclass(frozen=True)
class Product:
    # What its keys begin with.
    key_prefix: str
    # The heading of its page of access.
    access_page: str
    # Words that no other product says.
    words: tuple[str, ...]
    # An operation that lists, as programs call it, and what one searches for to find it.
    listing: str
    search: str
    # A command that a reading grant does not see.
    hidden: str
    # Makes something called MADE and returns its id; and finds it.
    make: str
    find: str
    # Pages of its documentation for people, below `/guide`.
    guide: tuple[str, ...]

    @property
    def count(self):
        """A program that reads one number of the demo data."""
        return f"return (await app.{self.listing}({{}})).totalCount"

    @property
    def count_made(self):
        """A program that tells how many there are of what `make` makes."""
        return f"return (await app.{self.find}({{ search: '{MADE}' }})).totalCount"


PRODUCTS = {
    "assembly": Product(
        key_prefix="asmk",
        access_page="LLM / API Access",
        words=("bill of materials", "bills of materials", "sub-assembl", "asmk", "Lumen & Oak"),
        listing="boms.list",
        search="list boms",
        hidden="boms.create",
        make=f"return (await app.rawMaterials.createVirtual({{ name: '{MADE}' }})).rawMaterial.variantId",
        find="rawMaterials.list",
        guide=("", "/overview", "/asking-well", "/operations/boms.buildable"),
    ),
    "logistics": Product(
        key_prefix="lstk",
        access_page="LLM / Agent Access",
        words=("purchase order", "transfer order", "stock take", "lstk", "Harbor & Pine"),
        listing="purchaseOrders.list",
        search="list purchase orders",
        hidden="purchaseOrders.create",
        make=f"return (await app.suppliers.create({{ name: '{MADE}', currency: 'EUR' }})).supplier.supplierId",
        find="suppliers.list",
        guide=("", "/overview", "/asking-well", "/operations/purchase_orders.receive"),
    ),
}


def of(binary):
    """The product of `target/debug/assembly`, also of a build of it such as `assembly-conformance`."""
    return PRODUCTS[name(binary)]


def name(binary):
    return Path(binary).name.partition("-")[0]


def words_of_others(binary):
    """What a page of this product never says."""
    return [word for other, product in PRODUCTS.items() if other != name(binary) for word in product.words]
