from odoo import api, models


class GiftcardReward(models.Model):
    """Rewards are found by the words of names, category, brand, scenes, specifications and product codes."""

    _name = "giftcard.reward"
    _inherit = ["giftcard.reward", "giftcard.search.mixin"]

    @api.depends(
        "name",
        "main_id.name",
        "variant_ids.name",
        "category_id.name",
        "category_id.parent_id.name",
        "brand_id.name",
        "scene_ids.name",
        "specification_ids.value",
        "product_id.default_code",
        "product_id.barcode",
    )
    def _compute_search_words(self):
        return super()._compute_search_words()

    def _search_texts(self):
        return [
            self.name,
            *(self.main_id | self.variant_ids).mapped("name"),
            self.category_id.name,
            self.category_id.parent_id.name,
            self.brand_id.name,
            *self.scene_ids.mapped("name"),
            *self.specification_ids.mapped("value"),
            self.product_id.default_code,
            self.product_id.barcode,
        ]
