"""Dashboard of batteries and plan: its layout, the data of its cards, and the modules of its page.

The layout is built here and not in the browser, because only the registries know which entities
exist, whatever their owner has renamed or disabled.
"""
