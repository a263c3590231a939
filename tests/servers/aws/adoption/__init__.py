"""Servers that run already, MGN that launched them, and CloudFormation that imports them: in place of moto's.

moto launches a second instance where one is imported, knows no drift and no MGN. Once a fleet is planted
(`control.plant`), EC2's Describe calls, MGN and all of CloudFormation are answered here. What is known of AWS is in
docs/adopt.md, and what is not; where it is not known, this is strict.
"""
