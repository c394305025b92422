"""Rules about orders that people write: what they may ask (facts), how they ask (conditions), what they may say
(outcomes), and what comes of all of them for one delivery (deciding).

``docs/adr/0046`` says why they are written in CEL, and how exact numbers stay exact in it.
"""
