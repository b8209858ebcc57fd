"""STS where moto's does not go far enough: sessions that really open something."""
